"""The demo's past: ninety days of a shop, sent by the engine itself on a clock of their own."""
