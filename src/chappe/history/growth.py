"""How the shop's list grows beside its imports: topics, a form on the window, and who signs up."""

import random
from typing import Final
from uuid import UUID

from chappe.consent.topics import service as topics
from chappe.consent.topics.model import TopicEntry, TopicPurpose, TopicWords
from chappe.contacts.attributes import service as attributes
from chappe.contacts.attributes.values import Kind, Shape
from chappe.db.keys import InstanceKeys
from chappe.history.past import Past
from chappe.history.people import first_name, phone_of
from chappe.kit.origin import Origin
from chappe.sending.service import Door
from chappe.signup.forms import service as forms
from chappe.signup.forms.answers import Answers
from chappe.signup.forms.model import Channel, FormContent, FormField, FormVersion, FormWords, IncentiveKind
from chappe.signup.forms.signing import Came, Reception, Signing
from chappe.signup.joining import Joining

# What a sign-up came by, and how often.
_SOURCES: Final = ("vitrine", "vitrine", "vitrine", "instagram", "instagram", "ticket-de-caisse")
_BOTH: Final = 0.6
"""Those who want both topics."""
_SHELF: Final = "rayon"
_SHELVES: Final = ("Manteaux", "Robes", "Hauts", "Accessoires")
_OFFERS: Final = TopicEntry(
    name="Offres",
    words={
        "fr": TopicWords(
            description="Promotions, ventes privées, retours en stock.",
            frequency="un SMS par semaine au plus",
        ),
        "en": TopicWords(
            title="Offers",
            description="Sales, private sales, what is back in stock.",
            frequency="at most one text a week",
        ),
    },
)
_ARRIVALS: Final = TopicEntry(
    name="Nouveautés",
    words={
        "fr": TopicWords(
            description="Les nouvelles collections, avant tout le monde.", frequency="2 SMS par mois au plus"
        ),
        "en": TopicWords(
            title="New arrivals",
            description="New collections, before anybody else.",
            frequency="at most 2 texts a month",
        ),
    },
)
_ORDERS: Final = TopicEntry(
    name="Commandes",
    purpose=TopicPurpose.TRANSACTIONAL,
    words={
        "fr": TopicWords(description="Où en est votre commande.", frequency="1 à 3 SMS par commande"),
        "en": TopicWords(
            title="Orders", description="Where your order is.", frequency="1 to 3 texts an order"
        ),
    },
)
_WORDS: Final = {
    "fr": FormWords(
        title="10 % sur votre prochain achat",
        intro="Les offres et les nouveautés de la boutique, par SMS.",
        button="Je m’inscris",
        offer="Votre code arrive par SMS.",
    ),
    "en": FormWords(
        title="10% off your next visit",
        intro="The shop’s offers and new arrivals, by text.",
        button="Sign up",
        offer="Your code comes by text.",
    ),
}


class Growth:
    """Of one shop, by the doors that strangers use."""

    def __init__(
        self, past: Past, keys: InstanceKeys, door: Door, workspace_id: int, chance: random.Random
    ) -> None:
        self._past = past
        self._workspace_id = workspace_id
        self._chance = chance
        self._reception = Reception(Signing(Joining(door, past.clock), past.clock), keys, past.clock)
        self._form: FormVersion | None = None

    async def open(self) -> None:
        """Topics, a field to choose from, and the form with its words."""
        async with self._past.db.engine_transaction() as conn:
            offers = await topics.default_topic(conn, self._workspace_id)
            await topics.change(conn, self._workspace_id, offers.id, _OFFERS)
            arrivals = await topics.create(conn, self._workspace_id, _ARRIVALS)
            await topics.create(conn, self._workspace_id, _ORDERS)
            shelf = Shape(Kind.CHOICE, _SHELVES)
            await attributes.create(conn, self._workspace_id, _SHELF, "Rayon préféré", shelf)
            made = await forms.create(conn, self._workspace_id, "Vitrine", _content(offers.id, arrivals.id))
            await forms.publish(conn, self._workspace_id, made.id)
            self._form = await forms.published(conn, self._workspace_id, made.id)

    async def sign_up(self, who: int) -> None:
        """Somebody who was never a customer fills the form in."""
        assert self._form is not None, "open comes first"
        offers, arrivals = self._form.content.topics
        chosen = (offers, arrivals) if self._chance.random() < _BOTH else (offers,)
        given = {"first_name": first_name(self._chance), _SHELF: self._chance.choice(_SHELVES)}
        # Addresses of a block that is kept for examples (RFC 5737).
        origin = Origin(f"198.51.100.{who % 250 + 1}", "")
        came = Came(Channel.WEB, self._chance.choice(_SOURCES), "fr", origin)
        async with self._past.db.engine_transaction() as conn:
            answers = Answers(phone_of(who), chosen, None, given)
            await self._reception.sign_up(conn, self._workspace_id, self._form, answers, came)


def _content(*chosen: UUID) -> FormContent:
    return FormContent(
        topics=chosen,
        fields=(FormField(name="first_name"), FormField(name=_SHELF)),
        words=_WORDS,
        incentive=IncentiveKind.FIXED,
        code="BIENVENUE10",
    )
