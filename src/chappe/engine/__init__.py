"""The engine: planning, dispatch, links to carriers, receipts, inbound, and the supervisor. No HTTP routes."""
