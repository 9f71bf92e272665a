"""What an inbound text asks for, read from its words alone: `detect` in `chappe.consent.optout.detector`."""
