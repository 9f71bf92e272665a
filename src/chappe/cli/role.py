"""What the roles have in common: how their settings and keys are read."""

import gc

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


def collect_seldom() -> None:
    """Look for cycles after more allocations than the interpreter's 700, and not in the program itself.

    Roles work on thousands of rows at a time, which make tens of thousands of objects that live for
    milliseconds and are in no cycle; each look walked them, and with them all that was imported. Measured on
    lists of 1,000 messages over the API: 16 µs of CPU a message instead of 27.
    """
    gc.freeze()
    gc.set_threshold(50_000)


def role_keys(settings: Settings) -> InstanceKeys:
    return InstanceKeys.derive(secret_key(settings))
