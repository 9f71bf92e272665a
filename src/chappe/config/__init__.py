"""Settings from the environment and a TOML file, and the structured log."""
