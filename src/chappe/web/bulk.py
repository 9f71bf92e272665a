"""What was chosen in a table, for an action on many rows at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

from chappe.kit.errors import Problem
from chappe.web.filters import Options
from chappe.web.page import Page
from chappe.web.tables import Table, View

# A page of a table has fewer rows; a longer list was not made by our form.
_MOST_KEYS = 1_000


class NothingChosen(Problem):
    """An action was asked for without rows."""

    code = "nothing_chosen"
    status = 422
    title = "Choose at least one row"


@dataclass(frozen=True, slots=True)
class Chosen:
    """`action` is the button's value; `keys` the checked rows'. `everything`: all rows that `view` matches,
    those of other pages too.
    """

    action: str
    keys: Sequence[str]
    everything: bool
    view: View

    @property
    def back(self) -> str:
        """The list as it was."""
        return self.view.address()


async def chosen(
    table: Table, page: Page, *, path: str, options: Mapping[str, Options] | None = None
) -> Chosen:
    """Of the form that `components/table.html` posts. `path` is the list's address; `options` as for
    `Table.read`. NothingChosen.
    """
    form = await page.form()
    asked = parse_qs(form.one("matching"))
    view = table.view(lambda name: asked.get(name, []), options=options, path=path, csrf=page.csrf)
    everything = form.one("everything") == "1"
    keys = form.all("key")[:_MOST_KEYS]
    if not keys and not everything:
        raise NothingChosen("Check the rows first, then choose what to do with them.")
    return Chosen(form.one("action"), keys, everything, view)
