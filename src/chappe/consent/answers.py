"""What a person reads after STOP, START or HELP: one GSM 7-bit part, no promotion, the brand first.

47 CFR 64.1200(a)(12) allows one confirmation without marketing in it; CTIA asks HELP to name the brand and
the way out. French texts avoid ê and ç, which GSM 7-bit lacks.
"""

from chappe.consent.model import OutcomeKind
from chappe.consent.optout.reading import Reading
from chappe.sms.parts import count
from chappe.sms.replacement import Level, replace

TEXTS = {
    ("en", OutcomeKind.STOP): "you are unsubscribed and will receive no more marketing texts. "
    "Reply START to come back.",
    ("en", OutcomeKind.START): "you are subscribed again. Reply STOP to unsubscribe, HELP for help. "
    "Msg&data rates may apply.",
    ("en", OutcomeKind.HELP): "you receive our texts because you agreed to. Reply STOP to unsubscribe. "
    "Msg&data rates may apply.",
    ("en", OutcomeKind.ASK): "shall we stop our marketing texts? Reply YES to stop, NO to keep them. "
    "Until you answer we send none.",
    ("en", OutcomeKind.KEEP): "you will keep receiving our texts. Reply STOP to unsubscribe.",
    (
        "fr",
        OutcomeKind.ASK,
    ): "voulez-vous ne plus recevoir nos SMS publicitaires ? Répondez OUI "
    "pour ne plus en recevoir, NON pour continuer. D'ici là, aucun ne part.",
    ("fr", OutcomeKind.KEEP): "vous continuerez à recevoir nos SMS. Répondez STOP pour vous désabonner.",
    ("fr", OutcomeKind.STOP): "vous ne recevrez plus nos SMS publicitaires. Répondez START pour les recevoir "
    "à nouveau.",
    ("fr", OutcomeKind.START): "vous recevrez à nouveau nos SMS. Répondez STOP pour vous désabonner, "
    "AIDE pour obtenir de l'aide.",
    ("fr", OutcomeKind.HELP): "vous recevez nos SMS avec votre accord. Répondez STOP pour ne plus en "
    "recevoir, START pour revenir.",
}
_SEPARATORS = {"en": ": ", "fr": " : "}
_LONGEST_BRAND = 40

# Where French is what most people read on their phone.
_FRENCH_SPEAKING = frozenset(
    "FR MC BE LU SN CI ML BF NE TG BJ GN CM GA CG CD CF TD MG KM DJ TN DZ MA"
    " GP MQ GF RE YT PM BL MF WF PF NC".split()
)


def answer(kind: OutcomeKind, language: str, brand: str) -> str:
    """The text, in `fr` or `en`."""
    text = TEXTS[language, kind]
    name = plain_brand(brand)
    while name:
        whole = name + _SEPARATORS[language] + text
        if count(whole) == 1:
            return whole
        name = name[:-1].rstrip()
    return text[:1].upper() + text[1:]


def language_of(contact: str | None, country: str | None, reading: Reading, workspace: str) -> str:
    """The language to answer in: the contact's own, else that of words of one language only (ARRET), else
    that of the number's country, else the workspace's.
    """
    if not contact and reading.language in ("fr", "en"):
        return reading.language
    return spoken(contact, country, workspace)


def spoken(contact: str | None, country: str | None, workspace: str) -> str:
    """`fr` or `en`, for a person who has written nothing: their own, their country's, the workspace's."""
    if contact:
        return "fr" if contact.lower().startswith("fr") else "en"
    if country is not None:
        return "fr" if country in _FRENCH_SPEAKING else "en"
    return "fr" if workspace.startswith("fr") else "en"


def plain_brand(brand: str) -> str:
    """The name in characters that GSM 7-bit carries; others go, for one of them would double the parts."""
    replaced = replace(" ".join(brand.split()), Level.ACCENTS)
    left_out = {cause.character for cause in replaced.remaining}
    return "".join(char for char in replaced.text if char not in left_out).strip()[:_LONGEST_BRAND].rstrip()
