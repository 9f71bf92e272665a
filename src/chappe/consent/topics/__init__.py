"""Topics: what people subscribe to, and what each of them holds."""
