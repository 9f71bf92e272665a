"""How far a command is, on the error stream, so that what it prints can be piped."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[int, int | None], None]
_PLAIN_EVERY = 5.0


@contextmanager
def bar(what: str, total: int | None) -> Iterator[Advance]:
    """Gives a function of (done, total), to be called as often as one likes: a live bar on a terminal, a
    line every few seconds elsewhere.
    """
    if not sys.stderr.isatty():
        yield _lines(what)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=40),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done, known: progress.update(task, completed=done, total=known or total)


def _lines(what: str) -> Advance:
    told_at, told = time.monotonic(), 0

    def advance(done: int, known: int | None) -> None:
        nonlocal told_at, told
        now = time.monotonic()
        if done != told and now - told_at >= _PLAIN_EVERY:
            told_at, told = now, done
            typer.echo(f"{what}: {done:,}" + (f" of {known:,}" if known else ""), err=True)

    return advance
