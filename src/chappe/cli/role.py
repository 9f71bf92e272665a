"""What the roles have in common: how their settings and keys are read."""

from chappe.cli.options import Config, Home, settings_from
from chappe.config.logs import configure_logging
from chappe.config.secret import secret_key
from chappe.config.settings import Settings
from chappe.db.keys import InstanceKeys

PANEL = "Roles, one process each"


def role_settings(home: Home, config: Config, **overrides: object) -> Settings:
    settings = settings_from(home, config, **overrides)
    configure_logging(settings)
    return settings


def role_keys(settings: Settings) -> InstanceKeys:
    return InstanceKeys.derive(secret_key(settings))
