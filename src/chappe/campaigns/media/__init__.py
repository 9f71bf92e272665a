"""The picture of a campaign: where a carrier takes none, its address in the text."""
