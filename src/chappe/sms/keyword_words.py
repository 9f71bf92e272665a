"""The exact words of each keyword by language; `chappe.sms.keywords` normalises both sides.

Sources: 47 CFR 64.1200(a)(10) for the English opt-outs (with the space of OPT OUT), CTIA, and
the defaults of Twilio, AWS and Sinch. A word that also means something else (END, AUS, UIT, ALTO, FERMA)
is listed all the same: alone in an answer it is hardly anything but an opt-out, a needless one costs a
contact, and a missed one breaks the law.
"""

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, tuple[str, ...]]

STOP: Final[Words] = {
    "en": (
        "STOP",
        "QUIT",
        "END",
        "REVOKE",
        "OPT OUT",
        "OPTOUT",
        "CANCEL",
        "UNSUBSCRIBE",
        "STOPALL",
        "STOP ALL",
        "REMOVE",
        "TD",
    ),
    "fr": (
        "STOP",
        "STOPSMS",
        "STOP SMS",
        "ARRET",
        "ARRETE",
        "ARRETER",
        "ARRETEZ",
        "ARRETT",
        "DESABONNER",
        "DESINSCRIRE",
    ),
    "es": ("STOP", "BAJA", "ALTO", "PARAR", "CANCELAR", "DETENER", "SALIR", "NO MAS"),
    "pt": ("STOP", "PARE", "PARAR", "SAIR", "CANCELAR"),
    "de": ("STOP", "STOPP", "ABMELDEN", "ABBESTELLEN", "ENDE", "AUS"),
    "it": ("STOP", "CANCELLA", "CANCELLAMI", "DISISCRIVI", "BASTA", "FERMA"),
    "nl": ("STOP", "UIT", "AFMELDEN"),
    "sv": ("STOP", "STOPP", "AVSLUTA", "AVMELD", "AFMELD"),
    "no": ("STOP", "STOPP", "AVSLUTA", "AVMELD", "AFMELD"),
    "da": ("STOP", "STOPP", "AVSLUTA", "AVMELD", "AFMELD"),
}

# Narrow: a yes (YES, OUI, SI, JA) may answer some other question and must not bring anybody back (see AGREE).
START: Final[Words] = {
    "en": ("START", "UNSTOP"),
    "fr": ("START", "NONARRET"),
}

HELP: Final[Words] = {
    "en": ("HELP", "INFO"),
    "fr": ("AIDE", "INFO"),
    "es": ("AYUDA", "INFO"),
    "pt": ("AJUDA",),
}

# Consent only as the answer to a pending double opt-in. VOLVER, RECIBIR, VOLTAR, RECEBER are Sinch's words
# for coming back.
AGREE: Final[Words] = {
    "en": ("YES", "Y", "SUBSCRIBE", "CONFIRM"),
    "fr": ("OUI", "O"),
    "es": ("SI", "VOLVER", "RECIBIR"),
    "pt": ("SIM", "VOLTAR", "RECEBER"),
    "de": ("JA",),
    "it": ("SI",),
    "nl": ("JA",),
    "sv": ("JA",),
    "no": ("JA",),
    "da": ("JA",),
}
