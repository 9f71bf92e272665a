"""Keep the plans of the lists' statements in docs/plans.md: `python scripts/plans.py [CONTACTS]`.

Fails when one of them reads a large table whole.
"""

import sys
from pathlib import Path

from chappe.bench import plans

TARGET = Path(__file__).parent.parent / "docs" / "plans.md"
LONGEST = 160
HEAD = """# Plans of the lists

What the pages of `chappe bench pages` ask of the database, and how PostgreSQL answers it: each statement as
the page asked it, in the web role, under its policies, with {people:,} contacts and {messages:,} messages.
Written by `make bench-plans`, which fails when one reads a table of contacts or messages whole;
`tests/db/contacts/search/test_plans.py` looks after the same on a smaller workspace at each change. A plan
that several pages share stands once.
"""


def short(line: str) -> str:
    """Without the end of what lists fifty numbers."""
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def main(people: int) -> int:
    """0; 1 when a large table is read whole."""
    shared: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for plan in plans.run(people):
        shared.setdefault((plan.name, plan.lines), []).append(plan.page)
        if plan.reads_whole:
            print(f"{plan.page}: {plan.name} reads a table whole", file=sys.stderr)
    text = HEAD.format(people=people, messages=2 * people)
    for (name, lines), pages in sorted(shared.items()):
        text += (
            f"\n## {name}\n\n{'; '.join(dict.fromkeys(pages))}\n\n```\n"
            + "\n".join(map(short, lines))
            + "\n```\n"
        )
    TARGET.write_text(text, encoding="utf-8")
    return int(any(plans.Plan("", name, lines).reads_whole for name, lines in shared))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else plans.CONTACTS))
