"""`chappe`: the commands, and how their errors look: one line and an exit code."""

import asyncio
import os
import sys

import typer
from typer.exceptions import TyperException

from chappe.cli import bench, data, demo, keys, operate, roles, send, serve
from chappe.kit.errors import Problem

app = typer.Typer(
    name="chappe",
    help="Self-hosted SMS marketing: campaigns, consent, an API, over SMPP carriers.",
    no_args_is_help=True,
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

_INTERRUPTED = 130


def main() -> None:
    """Exit codes: 0 done; 1 it could not be done (one line says why); 2 wrong usage; 130 interrupted."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except TyperException as error:
        _fail(str(error) or error.__class__.__name__, getattr(error, "exit_code", 2))
    except Problem as error:
        _fail(error.detail, 1)
    except BrokenPipeError:
        # The reader of our output has gone (`chappe … | head`): nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (KeyboardInterrupt, asyncio.CancelledError, typer.Abort):
        _fail("interrupted", _INTERRUPTED)
    except OSError as error:
        _fail(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), 1)


def _fail(message: str, code: int) -> None:
    typer.echo(f"chappe: {' '.join(message.split())}", err=True)
    sys.exit(code)
