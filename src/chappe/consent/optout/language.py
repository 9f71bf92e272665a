"""The words and rules of one language, compiled from words/<language>.toml.

`[class]` names groups of words. A rule is a line of places, matched within one clause:

    word            that word, without accents, in lower case
    a|b|{texts}     one of these words, or of a class; `$` among them is the end of the clause
    {unknown}       a word that no file knows
    place?  place*  may be absent; may be repeated
    ..  ..2  ...    up to 3, to 2, to 8 words of any kind
    ^  $            the clause begins or ends here, but for fillers (please, thanks, hello)

`nothing` takes the words it matches away from every other rule, in every language; `always` comes before it;
`doubt` asks, and takes its words away too.

Each word becomes one character that stands for the classes and rules it is in, so that a rule is a regular
expression over a short string and not over the text.
"""

import re
from functools import cached_property
from importlib.resources import files
from typing import Final

import msgspec

from chappe.consent.optout.reading import Wish

BREAK: Final = "|"
UNKNOWN: Final = "_"
FOREIGN: Final = "~"
"""A word of another language's file."""
VOID: Final = "#"
"""A word that a rule of `nothing` has taken: no other rule may use it."""

_FIRST_CODE: Final = 0x100
# A word as short as this one is in every other text.
_COMMON_LENGTH: Final = 3
_COMMON: Final = 10
DECISIVE: Final = (
    "always",
    "doubt",
    *(wish.value for wish in (Wish.WITHDRAW, Wish.ASK, Wish.HELP, Wish.START)),
)
_ANY: Final = rf"[^{BREAK}{VOID}]"
_PLACE: Final = re.compile(r"\{(\w+)\}")
_GAPS: Final = {"..": 3, "...": 8}


class Table(msgspec.Struct, forbid_unknown_fields=True):
    """A file as it is written."""

    classes: dict[str, str] = msgspec.field(name="class")
    rules: dict[str, list[str]]


class Language:
    """`code_of`: word → its character; `decisive`: words without which no rule of this language matches."""

    def __init__(self, name: str, table: Table) -> None:
        self.name = name
        self.table = table
        self.classes = {group: frozenset(words.split()) for group, words in table.classes.items()}
        self._memberships = self._members()
        codes: dict[frozenset[str], str] = {}
        self.code_of: dict[str, str] = {}
        for word, memberships in self._memberships.items():
            code = codes.setdefault(frozenset(memberships), chr(_FIRST_CODE + len(codes)))
            self.code_of[word] = code
        self._holding: dict[str, str] = {}
        for held, code in codes.items():
            for one in held:
                self._holding[one] = self._holding.get(one, "") + code

    def _members(self) -> dict[str, set[str]]:
        """Word → the classes it is in and, where a rule names it, itself."""
        members: dict[str, set[str]] = {}
        for group, words in self.classes.items():
            for word in words:
                members.setdefault(word, set()).add("{" + group + "}")
        for rule in (rule for rules in self.table.rules.values() for rule in rules):
            for place in rule.split():
                if place.startswith("..") or place in ("^", "$"):
                    continue
                for word in place.rstrip("?*").split("|"):
                    if not word.startswith("{") and word not in ("$", ""):
                        members.setdefault(word, set()).add(word)
        return members

    @property
    def count(self) -> int:
        """How many rules there are beside the keywords."""
        return sum(len(rules) for rules in self.table.rules.values())

    @cached_property
    def rules(self) -> dict[str, re.Pattern[str]]:
        """One expression for each outcome."""
        return {
            wish: re.compile("|".join(f"(?:{self.compile(rule)})" for rule in rules))
            for wish, rules in self.table.rules.items()
            if rules
        }

    @cached_property
    def telling(self) -> frozenset[str]:
        """Codes of which every text that a deciding rule matches holds one: of each rule, the place whose
        words are the rarest.
        """
        return frozenset(
            code
            for wish in DECISIVE
            for rule in self.table.rules.get(wish, ())
            for code in min(self._required(rule), key=self._commonness, default="")
        )

    def _required(self, rule: str) -> list[str]:
        """The codes of each place that cannot be left out; none of a place that any unknown word fills."""
        found = []
        for place in rule.split():
            words = place.split("|")
            if place in ("^", "$") or place.startswith("..") or place[-1] in "?*":
                continue
            if "$" not in words and "{unknown}" not in words:
                found.append("".join(self._holding[word] for word in words))
        return found

    def _commonness(self, codes: str) -> int:
        words = [word for word, code in self.code_of.items() if code in codes]
        return sum(_COMMON if len(word) <= _COMMON_LENGTH else 1 for word in words)

    def compile(self, rule: str) -> str:
        """The expression of one rule."""
        places = rule.split()
        found = [self._place(place) for place in places]
        if places[-1].startswith(".."):
            found[-1] = found[-1].removesuffix("?")  # what follows is taken whole
        return "".join(found)

    def _place(self, place: str) -> str:
        filler = f"[{self._holding['{filler}']}]*"
        if place == "^":
            return rf"(?:^|\{BREAK}){filler}"
        if place == "$":
            return rf"{filler}(?=\{BREAK}|$)"
        if place.startswith(".."):
            most = _GAPS.get(place) or int(place[2:] or 0)
            return f"{_ANY}{{0,{most}}}?"
        repeated = place[-1] if place[-1] in "?*" else ""
        return self._choice(place.rstrip("?*"), filler) + repeated

    def _choice(self, place: str, filler: str) -> str:
        codes, ends = "", ""
        for word in place.split("|"):
            if word == "$":
                ends = rf"|{filler}(?=\{BREAK}|$)"
            elif word == "{unknown}":
                codes += UNKNOWN
            elif _PLACE.fullmatch(word) and word[1:-1] not in self.classes:
                raise ValueError(f"{self.name}: no class {word}")
            else:
                codes += self._holding[word]
        return f"(?:[{codes}]{ends})"


def load(name: str) -> Language:
    """Read words/<name>.toml."""
    source = files("chappe.consent.optout").joinpath("words", f"{name}.toml").read_bytes()
    return Language(name, msgspec.toml.decode(source, type=Table))
