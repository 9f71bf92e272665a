"""Who may be written to: consent and its history, suppression, and what STOP, START and HELP do."""
