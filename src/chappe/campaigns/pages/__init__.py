"""The pages of campaigns: the list, the editor's steps, the report."""

from litestar.types import ControllerRouterHandler

from chappe.campaigns.pages import (
    approving,
    budgeting,
    calendar,
    checking,
    editor,
    keeping,
    library,
    links,
    listing,
    people,
    pictures,
    report,
    report_files,
    results,
    sales,
    seeing,
    sending,
    trying,
)

routes: list[ControllerRouterHandler] = [
    *calendar.routes,
    *listing.routes,
    *editor.routes,
    *checking.routes,
    *sales.routes,
    *links.routes,
    *sending.routes,
    *report.routes,
    *people.routes,
    *results.routes,
    *trying.routes,
    *keeping.routes,
    *approving.routes,
    *budgeting.routes,
    *library.routes,
    *pictures.routes,
    *seeing.routes,
    *report_files.routes,
]
