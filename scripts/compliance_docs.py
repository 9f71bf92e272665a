"""Write docs/compliance from the rule packs: a page for each group of places, an index, the schema of packs.

python scripts/compliance_docs.py    writes them; a test asks that they are written as the packs are. Values
                                     are put into words by the macros of the pages.
"""

import html
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from chappe.rules.loading import packaged
from chappe.rules.pack import Confidence, Pack, Rule, Value, kind_of
from chappe.web.environment import environments

FOLDER = Path(__file__).parent.parent / "docs" / "compliance"
# Which places a page is about: all whose code begins so; in the order of the index.
PAGES = (
    ("united-states", "United States", ("US",)),
    ("france", "France", ("FR",)),
    ("europe", "Europe", ("BE", "CH", "DE", "ES", "GB", "IE", "IT")),
    ("elsewhere", "Elsewhere", ("AE", "AU", "BR", "CA", "IN", "MX", "NZ", "SG", "ZA", "DEFAULT")),
)
_CONFIDENCE = {
    Confidence.PRIMARY: "read in its text",
    Confidence.UNVERIFIED: "**unverified**",
    Confidence.OWN: "our caution, no law",
}
_CAUTION = (
    "> This is not legal advice. Each rule names its source: read it, or ask counsel, before you rely "
    "on it.\n"
)
_INDEX = """\
# Rules by country

{caution}
Marketing leaves when every rule allows it that may protect the person: of the country of the number, of the
state of its area code, of the place where they are said to live. The rules are data
(`src/chappe/rules/packs/`), one file a jurisdiction; the pages under *Compliance*, `GET /v1/rules` and these
pages are drawn from them.

{pages}
- [Opt-outs by text](optout.md): what a reply does, and how well it is recognised

## How to read a rule

- **Two values.** *Legal minimum* is what the text itself demands. *Careful*, the default, is what a careful
  sender does: it keeps clear of disputes, and is courteous where the law is silent. A workspace chooses on
  */compliance/profile*.
- **What it rests on.** *Read in its text*: somebody read the statute, the regulation, the regulator's page or
  the charter on the day that the source names. *Unverified*: others told of it. Such a rule stops marketing
  to its place (`rule_unverified`) until the workspace acknowledges it, in that wording: a changed rule asks
  again. *Our caution*: no law is claimed.
- **Dates.** A rule holds from `valid_from` to `valid_to`. Where the text gives no first day, the first of its
  year, or of 2020, stands for it. `reviewed_on` is when somebody last looked.
- **Hours** are those of the recipient's clock, in every zone where they may be: declared, of the address, of
  the sign-up, else every zone of the number's area code. When clocks change, the later reading opens and the
  earlier one closes. The validity sent to the carrier ends with the window.
- **Holidays** come from the `holidays` library, pinned in `requirements/`; a test fails when next year is
  missing.
- **Your own values.** Hours and caps can be replaced, with a reason that the audit trail keeps; never below
  the legal minimum. When the law comes to demand more than a replacement, the replacement no longer counts.

## What is not here

States whose law on text messages was not found to add to the federal rule have no pack. California,
Georgia, Illinois, New York and West Virginia have laws on telephone sales, Indiana and Maine on
automatic devices, that counsel should be asked about. A country without a pack has the rules of *every
other country*, which wait to be acknowledged. Do-not-call registers (the national register of the United
States, Lista Robinson, Bloctel) are not asked.

## How to add or correct a pack

Write `src/chappe/rules/packs/<jurisdiction>.toml`; [pack.schema.json](pack.schema.json) describes it. Then
`chappe rules check FILE` names every doubt, cases of its edge minutes go to
`tests/unit/rules/golden/hours.csv`, and `python scripts/compliance_docs.py` writes these pages again.
"""


def written() -> dict[str, str]:
    """Every file, by name."""
    packs = packaged()
    files = {f"{name}.md": _page(title, _packs_of(packs, codes)) for name, title, codes in PAGES}
    links = "\n".join(f"- [{title}]({name}.md)" for name, title, _ in PAGES)
    files["README.md"] = _INDEX.format(caution=_CAUTION, pages=links)
    schema = msgspec.json.schema(Pack)
    files["pack.schema.json"] = json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    return files


def _packs_of(packs: dict[str, Pack], codes: tuple[str, ...]) -> list[Pack]:
    return [pack for code, pack in sorted(packs.items()) if code.partition("-")[0] in codes]


def _page(title: str, packs: list[Pack]) -> str:
    lines = [f"# {title}", "", _CAUTION]
    for pack in packs:
        lines += [f"## {pack.name.en} (`{pack.jurisdiction}`)", ""]
        lines += ["| rule | careful | legal minimum | rests on | holds |", "|---|---|---|---|---|"]
        lines += [_row(pack, rule) for rule in pack.rules]
        lines += ["", *_notes(pack)]
    return "\n".join(lines).rstrip() + "\n"


def _row(pack: Pack, rule: Rule) -> str:
    source = pack.source_of(rule)
    named = f"[{source.title}]({source.url})" if source.url else source.title
    read = f", {source.read_on}" if rule.confidence is Confidence.PRIMARY else ""
    rests = f"{_CONFIDENCE[rule.confidence]}{read}: {named} {rule.clause}".strip()
    holds = f"from {rule.valid_from}" + (f" to {rule.valid_to}" if rule.valid_to else "")
    cells = (f"`{rule.id}`", _words(rule, rule.conservative), _words(rule, rule.legal_minimum), rests, holds)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _notes(pack: Pack) -> Iterator[str]:
    for rule in pack.rules:
        if rule.note is not None:
            yield f"- `{rule.id}`: {rule.note.en}"
    if any(rule.note for rule in pack.rules):
        yield ""


def _words(rule: Rule, value: Value | None) -> str:
    module = environments(None)["en"].get_template("rules/words.html").module
    markup = str(module.value(kind_of(rule).value, value))  # type: ignore[attr-defined]  # a macro
    lines = re.sub(r'<span class="rule-line">', "; ", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", lines)).split()).removeprefix("; ")


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, text in written().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
