"""The base of every error that a user can meet.

One subclass per thing that can go wrong, raised by services; pages, the API and the command line each
render it in one place. `detail` says what to do next, in plain words, and never holds a secret.
"""

from typing import ClassVar


class Problem(Exception):
    """`code` is stable and documented; `status` is the HTTP status; `field` names the guilty input, if one
    is.
    """

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "This cannot be done"

    def __init__(self, detail: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.params = params
