"""Terminal: results, messages and a progress bar; nothing in a document steers it."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
from typing import TYPE_CHECKING, Any

from rodedraad.ingest.lines import written_out

if TYPE_CHECKING:
    from rodedraad.index.progress import OnProgress, Progress


def say(text: str) -> None:
    """Print a message to standard error."""
    print(written_out(text), file=sys.stderr)


def show(text: str, end: str = "\n") -> None:
    """Print a result to standard output."""
    print(written_out(text), end=end)


@contextmanager
def progress() -> Iterator["OnProgress"]:
    """A progress bar on standard error, for as long as the block runs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    from rodedraad.index.progress import clock

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
    )
    console = Console(stderr=True)
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def show(now: "Progress") -> None:
            if now.step not in tasks:
                tasks[now.step] = bars.add_task(now.step, left="")
            left = "" if now.seconds_left is None else f"{clock(now.seconds_left)} left"
            bars.update(tasks[now.step], completed=now.done, total=now.total, left=left)

        yield show


@contextmanager
def interruption(told: str) -> Iterator[Event]:
    """An event that Ctrl-C sets, and then prints `told`; a second Ctrl-C interrupts at once."""
    asked = Event()

    def ask(*_: Any) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        say(told)

    if current_thread() is not main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
