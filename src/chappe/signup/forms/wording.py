"""What every form says where its writer wrote nothing, and the consent as people read it. Pure."""

from collections.abc import Sequence
from typing import Final

import msgspec

from chappe.consent.topics.model import Topic
from chappe.signup.forms.model import FormContent, FormWords, IncentiveKind

# 47 CFR 64.1200(f)(9): that agreeing is no condition of a purchase is said beside the agreement. In France,
# article L34-5 CPCE: who will write, what for, and how to stop.
_CONSENT: Final = {
    "en": "I agree to receive marketing texts from {brand} at this number: {topics}. Agreeing is not a "
    "condition of any purchase. I can reply STOP at any time. Message and data rates may apply.",
    "fr": "J’accepte de recevoir à ce numéro des SMS publicitaires de {brand} : {topics}. "
    "Je peux répondre STOP à tout moment.",
}
_TITLE: Final = {"en": "News from {brand} by text", "fr": "{brand} par SMS"}
_INTRO: Final = {
    "en": "Leave your number, and be the first to know.",
    "fr": "Laissez votre numéro et soyez au courant avant tout le monde.",
}
_BUTTON: Final = {"en": "Sign up", "fr": "Je m’inscris"}
_THANKS: Final = {
    "en": "Look at your phone: if you are asked to confirm, reply YES.",
    "fr": "Regardez votre téléphone : si l’on vous demande de confirmer, répondez OUI.",
}
_OFFER: Final = {
    "en": "Your offer code comes by text once you are subscribed.",
    "fr": "Votre code arrive par SMS dès que vous êtes inscrit.",
}
_JOINT: Final = {"en": ", ", "fr": ", "}


def words(content: FormContent, language: str, brand: str) -> FormWords:
    """What the form says in this language, all of it; its consent is `consent`'s."""
    own = content.said(language)
    offer = own.offer or _OFFER[language] if content.incentive is not IncentiveKind.NONE else ""
    return FormWords(
        title=own.title or _TITLE[language].format(brand=brand),
        intro=own.intro or _INTRO[language],
        button=own.button or _BUTTON[language],
        consent=own.consent,
        offer=offer,
        thanks=own.thanks or _THANKS[language],
    )


def consent(content: FormContent, language: str, brand: str, topics: Sequence[Topic]) -> str:
    """The words that people agree to: what was written, or who writes, about what, how often and how to
    stop.
    """
    own = content.said(language).consent
    if own:
        return own
    return _CONSENT[language].format(brand=brand, topics=_JOINT[language].join(told(topics, language)))


def ours(language: str, brand: str, topics: Sequence[Topic]) -> FormWords:
    """What every form says, its consent and the sentence of an offer too: what is written stands over it."""
    plain = words(FormContent(incentive=IncentiveKind.FIXED), language, brand)
    return msgspec.structs.replace(plain, consent=consent(FormContent(), language, brand, topics))


def told(topics: Sequence[Topic], language: str) -> list[str]:
    """Each topic with its promise: `Offers (at most twice a month)`."""
    found = []
    for topic in topics:
        said = topic.in_language(language)
        found.append(f"{said.title} ({said.frequency})" if said.frequency else said.title)
    return found
