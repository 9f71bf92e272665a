"""The engine: planning, dispatch, links to carriers, receipts, inbound, the supervisor. No HTTP routes."""
