"""The pages of segments: the list, one segment, the builder, and who is in it."""

from litestar.types import ControllerRouterHandler

from chappe.audience.pages import builder, listing, one

routes: list[ControllerRouterHandler] = [*listing.routes, *builder.routes, *one.routes]
