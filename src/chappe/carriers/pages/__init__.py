"""The pages of carriers, senders and routes."""

from litestar.types import ControllerRouterHandler

from chappe.carriers.pages import carriers, editing, live, ordering, senders, told

routes: list[ControllerRouterHandler] = [
    *carriers.routes,
    *editing.routes,
    *live.routes,
    *ordering.routes,
    *senders.routes,
    *told.routes,
]
