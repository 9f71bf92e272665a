"""How an audience is parted between variants, and what can be wrong with that."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from chappe.kit.errors import Problem

BUCKETS: Final = 10_000
"""A contact's hash is one of so many: shares are as fine as a hundredth of a percent."""


class Role(StrEnum):
    """What a run is to its campaign."""

    ALL = "all"
    TEST = "test"
    REST = "rest"


class Metric(StrEnum):
    CLICKS = "clicks"
    CONVERSIONS = "conversions"
    REVENUE = "revenue"
    REPLIES = "replies"


class Decision(StrEnum):
    HAND = "hand"
    RULE = "rule"


class ExperimentState(StrEnum):
    DRAFT = "draft"
    TESTING = "testing"
    DECIDED = "decided"


class Decider(StrEnum):
    PERSON = "person"
    RULE = "rule"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a person chooses. Of those who are not held out, `test_percent` try the variants and the others
    wait for the winner (100: nobody waits). `holdout_percent` of the audience get nothing.

    `decide_within`: minutes after which the rule lets the best go though nothing is sure; None: never.
    `most_optouts`: the share of a variant's people who may leave before it is stopped; None: no such rule.
    """

    test_percent: int = 100
    holdout_percent: int = 0
    metric: Metric = Metric.CLICKS
    decision: Decision = Decision.HAND
    decide_within: int | None = None
    most_optouts: float | None = None


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """The test of a campaign. `stopped`: the variants that were."""

    campaign_id: UUID
    settings: Settings
    state: ExperimentState
    started_at: datetime | None = None
    winner: str | None = None
    decided_at: datetime | None = None
    decided_by: Decider | None = None
    stopped: tuple[str, ...] = ()


class Arm(NamedTuple):
    """A part of an audience: the buckets from `first` on, up to those of the next. `role` None: nobody of it
    is written to.
    """

    role: Role | None
    letter: str
    first: int


class RunOf(NamedTuple):
    """A run of a campaign. `total` None: its audience is not taken."""

    id: int
    number: int
    role: Role
    variant: str
    base_id: int | None
    total: int | None
    held: bool
    planned_at: datetime | None
    stopped_at: datetime | None


class WrongShares(Problem):
    code = "wrong_shares"
    status = 422
    title = "The shares of the test do not fit"


class NoTest(Problem):
    code = "no_test"
    status = 409
    title = "The campaign tests nothing now"


class AlreadyDecided(Problem):
    code = "already_decided"
    status = 409
    title = "Another variant has won already"


class VariantStopped(Problem):
    code = "variant_stopped"
    status = 409
    title = "This variant was stopped"


def check(settings: Settings) -> None:
    """Raises WrongShares."""
    if not 1 <= settings.test_percent <= 100:
        raise WrongShares("Let between 1 and 100 % of the audience try the variants.", field="test_percent")
    if not 0 <= settings.holdout_percent <= 90:
        raise WrongShares("Hold out between 0 and 90 % of the audience.", field="holdout_percent")
    if settings.most_optouts is not None and not 0 < settings.most_optouts <= 1:
        raise WrongShares(
            "The opt-outs that stop a variant are a share between 0 and 1.", field="most_optouts"
        )
    if settings.decide_within is not None and not 1 <= settings.decide_within <= 60 * 24 * 30:
        raise WrongShares("Decide within a minute and thirty days.", field="decide_within")


def arms(letters: Sequence[str], settings: Settings) -> list[Arm]:
    """The parts of an audience, none of them empty by its share: who is held out, an arm for each variant,
    the rest. A single variant is not tested: whoever is not held out gets it.
    """
    held = BUCKETS * settings.holdout_percent // 100
    parts = [Arm(None, "", 0)] if held else []
    if len(letters) == 1:
        return [*parts, Arm(Role.ALL, letters[0], held)]
    tried = (BUCKETS - held) * settings.test_percent // 100
    parts += [Arm(Role.TEST, letter, held + tried * at // len(letters)) for at, letter in enumerate(letters)]
    if held + tried < BUCKETS:
        parts.append(Arm(Role.REST, letters[0], held + tried))
    return parts
