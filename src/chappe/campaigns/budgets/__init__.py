"""Budgets that hold: of a campaign, and of a workspace's campaigns in a calendar month."""
