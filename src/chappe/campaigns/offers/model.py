"""What can be wrong with a campaign that gives codes."""

from chappe.kit.errors import Problem


class NoOffer(Problem):
    code = "no_offer"
    status = 422
    title = "The text gives a code of no offer"


class TooFewCodes(Problem):
    """`free` codes for `people`."""

    code = "too_few_codes"
    status = 409
    title = "The offer has fewer codes than the audience has people"
