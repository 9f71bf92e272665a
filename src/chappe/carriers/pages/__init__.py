"""The pages of carriers, senders and routes."""

from litestar.types import ControllerRouterHandler

from chappe.carriers.pages import senders

routes: list[ControllerRouterHandler] = [*senders.routes]
