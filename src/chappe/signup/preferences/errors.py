"""What can go wrong when a program changes what a person subscribes to."""

from typing import ClassVar

from chappe.kit.errors import Problem


class NoProof(Problem):
    """A consent without basis, words and evidence is none."""

    code: ClassVar[str] = "no_proof"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "A consent needs its proof"


class PersonStopped(Problem):
    """Nobody but the person takes back a STOP."""

    code: ClassVar[str] = "person_stopped"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "This person said STOP"
