"""`chappe`: the commands, and how their errors look: one line and an exit code."""

import logging
import os
import sys
from importlib import import_module

import typer
from typer.exceptions import TyperException

from chappe.cli.loop import Interrupted
from chappe.kit.errors import Problem

# The module of each command, in the order of the help. Only the one that is asked for is imported: a role
# needs a fifth of the program, and there are four of them to start.
_MODULES = {
    "serve": "serve",
    "demo": "demo",
    "import": "data",
    "send": "send",
    "keys": "keys",
    "check": "operate",
    "migrate": "operate",
    "backup": "operate",
    "restore": "operate",
    "release": "operate",
    "password": "operate",
    "audit": "audit",
    "suppression": "suppression",
    "consent": "consent",
    "verify-proof": "consent",
    "rules": "rules",
    "web": "role_web",
    "worker": "role_worker",
    "sender": "role_sender",
    "lab": "role_lab",
    "bench": "bench",
}

_CANNOT = 1
_WRONG_USAGE = 2
_INTERRUPTED = 130


def build(command: str | None = None) -> typer.Typer:
    """The command line with all its commands, or with what `command` needs alone."""
    app = typer.Typer(
        name="chappe",
        help="Self-hosted SMS marketing: campaigns, consent, an API, over SMPP carriers.",
        epilog="See it at work on simulated phones: chappe demo",
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    # Without a callback an application of one command would drop the command's name.
    app.callback()(lambda: None)
    asked = _MODULES.get(command or "")
    for module in dict.fromkeys(_MODULES.values() if asked is None else [asked]):
        import_module(f"chappe.cli.{module}").add_to(app)
    return app


def main() -> None:
    """Exit codes: 0 done; 1 it could not be done (one line says why); 2 wrong usage; 130 interrupted."""
    arguments = sys.argv[1:]
    if arguments in ([], ["keys"], ["audit"], ["consent"], ["rules"]):
        arguments.append("--help")
    try:
        sys.exit(build(arguments[0])(arguments, prog_name="chappe", standalone_mode=False) or 0)
    except Exception as error:  # the command line is the last to hear of it
        _tell(error)
    except KeyboardInterrupt:
        _fail("interrupted", _INTERRUPTED)


def _tell(error: Exception) -> None:
    """Leaves with one line on the error stream that says what happened, whatever it was."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    match error:
        case TyperException():
            _fail(error.format_message(), _WRONG_USAGE)
        case Problem():
            _fail(error.detail, _CANNOT)
        case Interrupted() | typer.Abort():
            _fail("interrupted", _INTERRUPTED)
        case BrokenPipeError():
            # The reader of our output has gone (`chappe … | head`): nobody to say anything to.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(_CANNOT)
        case OSError():
            _fail(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), _CANNOT)
        case _:
            logging.getLogger(__name__).debug("defect", exc_info=error)
            _fail(
                f"this is a defect of the program, {type(error).__name__}: {error}. "
                "CHAPPE_LOG_LEVEL=debug shows where.",
                _CANNOT,
            )


def _fail(message: str, code: int) -> None:
    typer.echo(f"chappe: {' '.join(message.split())}", err=True)
    sys.exit(code)
