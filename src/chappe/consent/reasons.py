"""Why a number is suppressed: words that pages translate. People may write another."""

from enum import StrEnum


class Reason(StrEnum):
    """STOP: their text. ASKED: a doubtful text, and the question that waits or waited. IN_WORDS: in their own
    words, to a person. REFUSED: their carrier says that they want no more. DEACTIVATED: nobody has the number
    any more. ERASED: their data was erased at their wish.
    """

    STOP = "stop"
    ASKED = "asked"
    IN_WORDS = "in_words"
    COMPLAINT = "complaint"
    LEGAL = "legal"
    REFUSED = "refused"
    DEACTIVATED = "deactivated"
    IMPORT = "import"
    ERASED = "erased"
    MANUAL = "manual"
