"""What a shop has done in ninety days: its campaigns, the texts that follow an order, and who answers.

The engine decides what becomes of it: who is skipped, what is refused, what each text costs.
"""

import tomllib
from datetime import time
from importlib import resources
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from chappe.campaigns.experiments.model import Settings
from chappe.lab.scenario import Answers, Binds, CarrierScenario, Faults, PhoneReply, Receipts

# Of the customers, those who are there when the history begins (the others come week after week), and those
# who have a card.
AT_FIRST: Final = 0.725
LOYAL: Final = 0.3

BRAND: Final = "Télégraphe"
SHOP: Final = "Clients de la boutique"
CARD: Final = "Carte de fidélité"
SENDER: Final = "36179"
# Where the shop asked: in its own language, as what its people agreed to.
SOURCE: Final = "à la caisse"
WORDING: Final = "J'accepte de recevoir les offres de la boutique Télégraphe par SMS. STOP à tout moment."


class Size(NamedTuple):
    """How long a history, and of how many people."""

    days: int = 90
    customers: int = 20_000


class Planned(msgspec.Struct, frozen=True):
    """A campaign of a week: `weekday` as `date.weekday`, `at` in the shop's zone."""

    name: str
    audience: str
    weekday: int
    at: time
    text: str
    other: str = ""
    transactional: bool = False

    @property
    def body(self) -> str:
        return self.saying(self.text)

    def saying(self, text: str) -> str:
        """With the shop's name before it, and after an offer how to leave."""
        if self.transactional:
            return f"Télégraphe: {text}"
        hello = 'Télégraphe: bonjour {{ first_name | default: "à vous" }}, '
        return f"{hello}{text} STOP au {SENDER}"

    @property
    def linked(self) -> bool:
        return "://" in self.text


def _campaigns() -> tuple[Planned, ...]:
    text = resources.files("chappe.history").joinpath("campaigns.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["campaigns"], tuple[Planned, ...])


CAMPAIGNS: Final = _campaigns()
"""One a week, the oldest first."""

TEST: Final = Settings(test_percent=40, holdout_percent=5)
"""How a second text is tried."""

AHEAD: Final = Planned(
    "Soirée des fidèles", CARD, 4, time(10, 15), "soirée des fidèles jeudi prochain dès 18h. Répondez OUI."
)
"""What is scheduled when the history is over."""

SERVICE_TEXTS: Final = (
    "Télégraphe: votre commande {n} est prête. Retrait jusqu'à 19h30, 4 rue du Bac.",
    "Télégraphe: votre commande {n} est partie, livraison demain avant 13h.",
    "Télégraphe: votre commande {n} a été livrée. Merci!",
    "Télégraphe: rappel, essayage demain à 11h. Répondez C pour confirmer, A pour annuler.",
)
AFTERNOON: Final = (time(11, 20), time(16, 45))
"""When the texts that follow orders leave, on days when the shop is open."""
ORDERS: Final = (22, 26, 31, 30, 41, 58, 0)
"""Of each moment, by weekday: closed on Sundays."""

SIGN_UPS: Final = (1, 2, 2, 2, 3, 5, 0)
"""Of each moment, by weekday: who scans the square on the window."""
SEGMENTS: Final = (
    ("Achats des 90 derniers jours", "buyers"),
    ("Panier laissé cette semaine", "cart"),
    ("Meilleurs clients", "best"),
    ("N'ont jamais répondu", "quiet"),
)
"""What the shop calls them, and from which of the starting points it made them."""

# Of each campaign, in shares of its people. `after` is in real seconds, which the past's clock makes minutes.
REPLIES: Final = (
    PhoneReply(share=0.0035, text="STOP", after=(0.05, 0.5)),
    PhoneReply(share=0.0004, text="Arrêtez svp", after=(0.05, 0.5)),
    PhoneReply(share=0.0030, text="OUI", after=(0.05, 0.6)),
    PhoneReply(share=0.0012, text="Merci !", after=(0.05, 0.6)),
    PhoneReply(share=0.0008, text="Bonjour, c'est aussi valable sur le site ?", after=(0.1, 0.7)),
    PhoneReply(share=0.0006, text="Vous êtes ouverts dimanche ? 😊", after=(0.1, 0.7)),
    PhoneReply(share=0.0003, text="AIDE", after=(0.1, 0.6)),
)

# Numbers that no longer exist are refused at once. An order comes with a number that was just seen.
CARRIER: Final = CarrierScenario(
    name="demo",
    binds=Binds(credentials={"demo": "demo"}),
    answers=Answers(errors={"ESME_RINVDSTADR": 0.001}),
    receipts=Receipts(delay=(0.004, 0.04), states={"UNDELIVERABLE": 0.006}),
)

# A phone that is off gets its text when it is on again, or never.
OF_CAMPAIGNS: Final = replace(
    CARRIER,
    answers=Answers(errors={"ESME_RINVDSTADR": 0.004}),
    receipts=Receipts(
        delay=(0.004, 0.05),
        late=0.09,
        late_after=(0.1, 0.5),
        states={"UNDELIVERABLE": 0.017, "EXPIRED": 0.008},
        never=0.002,
    ),
)

# One afternoon the carrier hung up in the middle of a campaign: what it had not answered is in doubt since.
OUTAGE: Final = "Retour en stock"
BROKEN: Final = replace(OF_CAMPAIGNS, faults=Faults(disconnect_after=6_000, disconnects=1))
