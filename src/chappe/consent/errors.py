"""What can go wrong with suppressions."""

from typing import ClassVar

from chappe.kit.errors import Problem


class UnknownSuppression(Problem):
    code: ClassVar[str] = "unknown_suppression"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such suppression"


class LiftNeedsReason(Problem):
    code: ClassVar[str] = "lift_needs_reason"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "Say why it is lifted"


class NewConsentNeeded(Problem):
    code: ClassVar[str] = "new_consent_needed"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The person's new consent is needed"


class BadNumbers(Problem):
    """`lines`: what was pasted and is no number."""

    code: ClassVar[str] = "bad_numbers"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "Some lines are no numbers"


class TooManyNumbers(Problem):
    code: ClassVar[str] = "too_many_numbers"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "Too many numbers at once"


class UnknownConsentEvent(Problem):
    code: ClassVar[str] = "unknown_consent_event"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such event"


class NothingToProve(Problem):
    code: ClassVar[str] = "nothing_to_prove"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "Nothing is on record"


class ProofNotReady(Problem):
    code: ClassVar[str] = "proof_not_ready"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The proof is not ready"


class ProofRefused(Problem):
    """`why`: a word of `checking.WHYS`."""

    code: ClassVar[str] = "proof_refused"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The proof does not hold"


class BadCarrierWord(Problem):
    code: ClassVar[str] = "bad_carrier_word"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "This is no word of a carrier"
