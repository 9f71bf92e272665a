"""`chappe`: the commands, and how their errors look: one line and an exit code."""

import logging
import os
import sys

import typer
from typer.exceptions import TyperException

from chappe.cli import bench, data, demo, keys, operate, roles, send, serve
from chappe.cli.loop import Interrupted
from chappe.kit.errors import Problem

app = typer.Typer(
    name="chappe",
    help="Self-hosted SMS marketing: campaigns, consent, an API, over SMPP carriers.",
    epilog="See it at work on simulated phones: chappe demo",
    add_completion=False,
    pretty_exceptions_enable=False,
)
serve.add_to(app)
demo.add_to(app)
data.add_to(app)
send.add_to(app)
app.add_typer(keys.app, name="keys")
operate.add_to(app)
roles.add_to(app)
bench.add_to(app)

_CANNOT = 1
_WRONG_USAGE = 2
_INTERRUPTED = 130


def main() -> None:
    """Exit codes: 0 done; 1 it could not be done (one line says why); 2 wrong usage; 130 interrupted."""
    arguments = sys.argv[1:]
    if arguments in ([], ["keys"]):
        arguments.append("--help")
    try:
        sys.exit(app(arguments, prog_name="chappe", standalone_mode=False) or 0)
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
