"""What can go wrong with segments."""

from typing import ClassVar

from chappe.kit.errors import Problem


class UnknownSegment(Problem):
    code: ClassVar[str] = "unknown_segment"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such segment"


class SegmentNameTaken(Problem):
    code: ClassVar[str] = "segment_name_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "A segment has this name already"


class BadRule(Problem):
    """`field` is the place in the tree."""

    code: ClassVar[str] = "bad_rule"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "The rule cannot be read"


class SegmentCircle(Problem):
    code: ClassVar[str] = "segment_circle"
    status: ClassVar[int] = 422
    title: ClassVar[str] = "A segment cannot rest on itself"


class SegmentInUse(Problem):
    code: ClassVar[str] = "segment_in_use"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another segment rests on this one"
