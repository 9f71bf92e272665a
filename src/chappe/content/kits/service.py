"""The starter kits, read from their files once, and copied into a workspace."""

from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from chappe.consent import service as consent
from chappe.content.service import Template
from chappe.content.templates import service as templates
from chappe.content.templates.model import Written
from chappe.db.pool import Connection
from chappe.kit.errors import Problem
from chappe.sms.encoding import normal_form

TRADES: Final = ("retail", "e-commerce", "hospitality", "health", "education")
LANGUAGES: Final = ("en", "fr")
_BRAND: Final = "{{ brand }}"

# Values as they are in life: what a phone shows of a kit, and what its length is measured with.
SAMPLES: Final = {
    "en": {"first_name": "Charlotte", "day": "Saturday 12", "time": "14:30", "month": "September"},
    "fr": {"first_name": "Maximilien", "jour": "samedi 12 mars", "heure": "14h30", "mois": "septembre"},
}
_SAMPLES: Final = {
    "link": "https://go.example.com/Ab3dE9x",
    "code": "HELLO10",
    "order": "48213",
    "commande": "48213",
    "percent": "20",
    "pourcentage": "20",
    "product": "linen jacket",
    "produit": "veste en lin",
    "appointment": "Tue 12 March, 14:30",
    "rendez_vous": "mardi 12 mars à 14h30",
    "course": "Spanish for beginners",
    "formation": "Espagnol (initiation)",
    "room": "B204",
    "salle": "B204",
    "document": "1 photo",
}


class KitText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kind`: a message, a step of the journey so named, or what a form answers."""

    language: Literal["en", "fr"]
    kind: Literal["message", "welcome", "reminder", "winback", "birthday", "cart", "review", "form"]
    name: str
    purpose: Literal["marketing", "transactional"]
    body: str

    def for_brand(self, brand: str) -> str:
        """The text with the name in it. Braces of a name would be read as a variable: they go."""
        return self.body.replace(_BRAND, brand.translate({ord("{"): None, ord("}"): None}))

    def sample(self, brand: str) -> str:
        """As somebody might get it."""
        text = Template(normal_form(self.for_brand(brand)))
        return text.render({**_SAMPLES, **SAMPLES[self.language]})


class _Kit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    texts: tuple[KitText, ...]


class UnknownKit(Problem):
    code = "unknown_kit"
    status = 404
    title = "There is no such kit"


@cache
def kits() -> dict[str, tuple[KitText, ...]]:
    """By trade, in the order they are shown."""
    folder = files("chappe.content.kits")
    return {
        trade: msgspec.toml.decode(folder.joinpath(f"{trade}.toml").read_bytes(), type=_Kit).texts
        for trade in TRADES
    }


def kit(trade: str, language: str) -> list[KitText]:
    """Raises UnknownKit."""
    if trade not in TRADES or language not in LANGUAGES:
        raise UnknownKit(f"Choose among {', '.join(TRADES)}, in {' or '.join(LANGUAGES)}.")
    return [text for text in kits()[trade] if text.language == language]


async def copy(
    conn: Connection, workspace_id: int, trade: str, language: Literal["en", "fr"], folder: str
) -> int:
    """The kit's texts as templates of `folder`, with the workspace's name; how many are new. Raises
    UnknownKit, TooManyTemplates.
    """
    texts = kit(trade, language)
    brand = (await consent.brand(conn, workspace_id)).name
    written = [
        Written(name=text.name, folder=folder, language=language, body=text.for_brand(brand))
        for text in texts
    ]
    return await templates.add_all(conn, workspace_id, written)
