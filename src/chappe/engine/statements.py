"""The room's statements: read once, used by its stores."""

from chappe.db.statements import load_statements

SQL = load_statements("chappe.engine")
