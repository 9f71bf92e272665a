"""Double opt-in by text: who asked to subscribe is asked to confirm from their own phone."""
