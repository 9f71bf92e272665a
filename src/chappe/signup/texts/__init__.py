"""The texts of double opt-in as a workspace writes them: the question, the reminder, the welcome."""
