"""What can go wrong with suppressions."""

from typing import ClassVar

from chappe.kit.errors import Problem


class UnknownSuppression(Problem):
    code: ClassVar[str] = "unknown_suppression"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such suppression"
