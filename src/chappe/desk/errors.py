"""What can go wrong on the desk."""

from chappe.kit.errors import Problem


class BadBudget(Problem):
    code = "bad_budget"
    status = 422
    title = "This is no budget"


class BadPeriod(Problem):
    code = "bad_period"
    status = 422
    title = "These days make no period"


class NothingToSend(Problem):
    code = "nothing_to_send"
    status = 422
    title = "There is nothing to send"
