"""What can go wrong on the desk."""

from chappe.kit.errors import Problem


class BadBudget(Problem):
    code = "bad_budget"
    status = 422
    title = "This is no budget"
