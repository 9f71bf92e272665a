"""What can go wrong about rules."""

from chappe.kit.errors import Problem


class UnknownJurisdiction(Problem):
    code = "unknown_jurisdiction"
    status = 404
    title = "There is no pack of rules here"


class UnknownRule(Problem):
    code = "unknown_rule"
    status = 404
    title = "There is no such rule"


class BelowTheMinimum(Problem):
    code = "below_the_legal_minimum"
    status = 422
    title = "The law allows less than that"


class NotReplaceable(Problem):
    code = "rule_not_replaceable"
    status = 409
    title = "This rule takes no other value"


class NothingToAcknowledge(Problem):
    code = "nothing_to_acknowledge"
    status = 409
    title = "This rule was read in its primary text"
