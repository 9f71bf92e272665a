"""Notes of people on contacts: the statements; they are events of the contact."""
