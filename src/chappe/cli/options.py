"""Options that several commands share, and the settings they make."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from chappe.config.logs import configure_logging
from chappe.config.settings import LogLevel, Settings, load_settings

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Data folder (CHAPPE_HOME; default: the user's data directory).", metavar="DIR"
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config", help="TOML file of settings (CHAPPE_CONFIG; default: HOME/chappe.toml).", metavar="FILE"
    ),
]
Listen = Annotated[
    str | None,
    typer.Option("--listen", help="Address of the pages and the API (CHAPPE_LISTEN).", metavar="HOST:PORT"),
]


def settings_from(home: Path | None, config: Path | None, **overrides: object) -> Settings:
    """The settings with the command line's own values on top. BadSettings names the key."""
    return load_settings(config=config, overrides={"home": home, **overrides})


def quiet_settings(home: Path | None, config: Path | None) -> Settings:
    """As `settings_from`, with logging configured, for a command that answers a person and ends: of what the
    program tells at the usual level it shows warnings only.
    """
    settings = settings_from(home, config)
    if settings.log_level is LogLevel.INFO:
        settings = msgspec.structs.replace(settings, log_level=LogLevel.WARNING)
    configure_logging(settings)
    return settings
