"""Options that several commands share, and the settings they make."""

from pathlib import Path
from typing import Annotated

import typer

from chappe.config.settings import Settings, load_settings

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
