"""Names of columns in English and French, as shops, spreadsheets and address books write them, normalised:
lower case, no accents, words of letters and digits.
"""

from typing import Final

# In order of preference: where a file has several, the mobile is texted.
PHONE: Final = (
    "mobile",
    "mobile phone",
    "mobilephone",
    "mobile number",
    "mobile phone number",
    "telephone mobile",
    "telephone portable",
    "tel mobile",
    "tel portable",
    "portable",
    "numero de portable",
    "numero portable",
    "numero de mobile",
    "numero mobile",
    "n portable",
    "n mobile",
    "n de portable",
    "n de mobile",
    "no portable",
    "cell",
    "cell phone",
    "cellphone",
    "cell number",
    "gsm",
    "sms",
    "msisdn",
    "numero sms",
    "whatsapp",
    "phone",
    "phone number",
    "phonenumber",
    "phone no",
    "telephone",
    "telephone number",
    "tel",
    "tel number",
    "numero de telephone",
    "numero telephone",
    "numero de tel",
    "num tel",
    "num telephone",
    "n telephone",
    "n tel",
    "n de telephone",
    "n de tel",
    "no telephone",
    "contact phone",
    "contact number",
    "customer phone",
    "billing phone",
    "phone 1 value",
    "telephone 1",
    "phone 1",
    "default address phone",
    "shipping phone",
    "destinataire",
    "recipient",
    "numero",
    "number",
    "to",
)

FIELDS: Final = {
    "country": ("country", "pays", "country code", "countrycode", "code pays", "country iso", "pays iso"),
    "language": ("language", "langue", "lang", "locale", "language code", "code langue"),
    "first_name": (
        "first name",
        "firstname",
        "given name",
        "givenname",
        "forename",
        "first",
        "prenom",
        "prenoms",
    ),
    "last_name": (
        "last name",
        "lastname",
        "surname",
        "family name",
        "familyname",
        "last",
        "nom",
        "nom de famille",
    ),
    "name": ("name", "full name", "fullname", "nom complet", "nom et prenom", "prenom et nom"),
    "email": (
        "email",
        "e mail",
        "mail",
        "email address",
        "e mail address",
        "adresse email",
        "adresse e mail",
        "adresse mail",
        "adresse electronique",
        "courriel",
    ),
}

# Columns of our own files, of rejected rows and of contacts: imported again, they are left out.
OUR_OWN: Final = frozenset(
    {
        "chappe row",
        "chappe reason",
        "chappe id",
        "chappe state",
        "chappe consent",
        "chappe added",
        "chappe lists",
    }
)
# By this column a file is known for one that we wrote: its names and values are read to the letter.
WRITTEN_BY_US: Final = "chappe_id"
# Names of the lists that a contact was on, as a JSON array.
LISTS: Final = "chappe_lists"
