"""Which column is which: by its name in English or French, unless a mapping says otherwise."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from chappe.contacts.entry import OWN_FIELDS
from chappe.kit import phone
from chappe.signup.errors import BadMapping, NoPhoneColumn, UnknownColumn
from chappe.signup.header_words import FIELDS, OUR_OWN, PHONE, WRITTEN_BY_US
from chappe.signup.model import Column

MOST_COLUMNS = 200
_LONGEST_NAME = 60
_LONGEST_LABEL = 200
_SHOWN_COLUMNS = 10
_SHOWN_CHARACTERS = 40
# What columns of a file without a header are called.
_OUR_NAME = re.compile(r"column \d+")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,59}")
# What NFKD leaves whole, or turns into a letter: the sign of N° is no o.
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "°": " ", "º": " "})
_BY_NAME = {word: field for field, words in FIELDS.items() for word in words}
_PREFERENCE = {word: rank for rank, word in enumerate(PHONE)}


def columns_of(names: Sequence[str], mapping: Mapping[str, str | None] | None) -> tuple[Column, ...]:
    """What each column of the header holds. Raises NoPhoneColumn, UnknownColumn or BadMapping, each of which
    names the columns.
    """
    if len(names) > MOST_COLUMNS:
        raise BadMapping(
            f"The file has {len(names)} columns and at most {MOST_COLUMNS} are taken. Leave out those that "
            "texts do not need."
        )
    if not mapping and written_by_us(names):
        return tuple(Column(name, None if normalised(name) in OUR_OWN else name) for name in names)
    stated = _stated(names, mapping or {})
    fields: list[str | None] = [stated.get(position) for position in range(len(names))]
    free = [position for position in range(len(names)) if position not in stated]
    if "phone" not in stated.values():
        chosen = _phone_column(names, free)
        fields[chosen] = "phone"
        free.remove(chosen)
    taken = {field for field in fields if field is not None}
    for position in free:
        fields[position] = _suggested(names[position], position, taken)
        taken.update(field for field in (fields[position],) if field is not None)
    return tuple(Column(name[:_LONGEST_LABEL], field) for name, field in zip(names, fields, strict=True))


def written_by_us(names: Sequence[str]) -> bool:
    """Whether it is the header of one of our exports, which names each field as it is."""
    others = [name for name in names if normalised(name) not in OUR_OWN]
    return WRITTEN_BY_US in names and "phone" in others and all(map(_FIELD.fullmatch, others))


def columns_guessed(names: Sequence[str]) -> tuple[Column, ...]:
    """As `columns_of` without a mapping, for a header in which no name says which column is the number."""
    taken: set[str] = set()
    columns = []
    for position, name in enumerate(names):
        field = _suggested(name, position, taken)
        if field is not None:
            taken.add(field)
        columns.append(Column(name[:_LONGEST_LABEL], field))
    return tuple(columns)


def columns_without_header(cells: Sequence[str], country: str) -> tuple[Column, ...] | None:
    """For a file that begins with a row of data: the first cell that is a number is the phone. None when
    none is.
    """
    for position, cell in enumerate(cells):
        if isinstance(phone.try_parse(cell, country), int):
            return tuple(
                Column(f"column {n + 1}", "phone" if n == position else f"column_{n + 1}")
                for n in range(len(cells))
            )
    return None


def names_of_ours(mapping: Mapping[str, str | None]) -> bool:
    """Whether these are the names that `columns_without_header` gives."""
    return all(_OUR_NAME.fullmatch(name) for name in mapping)


def normalised(name: str) -> str:
    """Lower case, no accents, single spaces between words of letters and digits: `N° de Téléphone` →
    `n de telephone`.
    """
    plain = unicodedata.normalize("NFKD", name.translate(_LIGATURES))
    letters = "".join(c for c in plain.casefold() if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def slug(name: str) -> str:
    """The name of an attribute, which a template can use: `Ville préférée` → `ville_preferee`."""
    plain = normalised(name).encode("ascii", "ignore").decode().replace(" ", "_")[:_LONGEST_NAME].strip("_")
    return f"c_{plain}" if plain[:1].isdigit() else plain


def check_fields(mapping: Mapping[str, str | None]) -> None:
    """What can be said against a mapping before the file is read. Raises BadMapping."""
    taken: set[str] = set()
    for field in mapping.values():
        if field is None:
            continue
        if not _FIELD.fullmatch(field):
            raise BadMapping(
                f"“{_shown(field)}” cannot name a field: use lower-case letters, digits and _, beginning "
                "with a letter.",
                field="mapping",
            )
        if field in taken:
            raise BadMapping(f"Two columns are mapped to “{field}”. Keep one.", field="mapping")
        taken.add(field)


def _stated(names: Sequence[str], mapping: Mapping[str, str | None]) -> dict[int, str | None]:
    """What the mapping says, by position."""
    check_fields(mapping)
    return {_position(names, name): field for name, field in mapping.items()}


def _position(names: Sequence[str], wanted: str) -> int:
    for same in (str.strip, normalised):
        for position, name in enumerate(names):
            if same(name) == same(wanted):
                return position
    raise UnknownColumn(
        f"There is no column “{_shown(wanted)}”. {_list(names)} Correct the mapping (of the command: --map).",
        field="mapping",
    )


def _phone_column(names: Sequence[str], free: Sequence[int]) -> int:
    ranked = [
        (_PREFERENCE[normalised(names[position])], position)
        for position in free
        if normalised(names[position]) in _PREFERENCE
    ]
    if not ranked:
        raise NoPhoneColumn(
            f"No column is named like a phone number. {_list(names)} Name one “phone” or “téléphone”, or say "
            'which it is: over the API with mapping, such as {"Contact": "phone"}; in the command with '
            "--map 'Contact=phone'.",
            field="mapping",
        )
    return min(ranked)[1]


def _suggested(name: str, position: int, taken: set[str]) -> str | None:
    plain = normalised(name)
    if plain in OUR_OWN:
        return None
    field = _BY_NAME.get(plain)
    if field is None or field in taken:
        # A column that is only called so: sales have zones too.
        own = field is None and plain not in _PREFERENCE and slug(name) in OWN_FIELDS
        field = f"c_{slug(name)}" if own else slug(name) or f"column_{position + 1}"
    if field not in taken and field != "phone":
        return field
    number = 2
    while f"{field}_{number}" in taken:
        number += 1
    return f"{field}_{number}"


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{_shown(name)}”" for name in names[:_SHOWN_COLUMNS])
    more = f" and {len(names) - _SHOWN_COLUMNS} more" if len(names) > _SHOWN_COLUMNS else ""
    return f"The columns are {shown}{more}."


def _shown(name: str) -> str:
    plain = "".join(c if c.isprintable() else " " for c in name).strip()
    return plain if len(plain) <= _SHOWN_CHARACTERS else f"{plain[: _SHOWN_CHARACTERS - 1]}…"
