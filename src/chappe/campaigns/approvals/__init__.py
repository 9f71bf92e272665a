"""A second person's yes, where a workspace asks for one before a campaign leaves."""
