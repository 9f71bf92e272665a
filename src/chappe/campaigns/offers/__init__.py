"""Which offer a campaign gives codes of."""
