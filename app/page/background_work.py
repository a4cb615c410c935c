"""Background work: work that takes a while, and its progress on the page."""

from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import TypeVar

from rodedraad.index.build import OnProgress
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase

TICK = 0.2
"""Seconds between two updates of the progress."""

DOING = {
    "Reading and embedding": "doing_reading",
    "Writing the index": "doing_writing",
    "Asking": "doing_asking",
}
"""The phrase for each step that the work reports."""

T = TypeVar("T")


def watched(work: Callable[[OnProgress], T], language: str) -> Generator[str, None, T]:
    """Do the work in a thread and yield its progress as HTML; returns and raises what the work does.

    The work goes on if nobody looks any more, but does not keep the process from ending.
    """
    state: list[tuple[str, int, int]] = []
    job: Future[T] = Future()

    def do() -> None:
        try:
            job.set_result(work(lambda *now: state.append(now)))
        except BaseException as error:
            job.set_exception(error)

    Thread(target=do, daemon=True).start()
    while not job.done():
        if state:
            yield progress_html(state[-1], language)
        with suppress(TimeoutError):
            job.exception(TICK)
    return job.result()


def progress_html(now: tuple[str, int, int], language: str) -> str:
    """The step that the work is at, with a progress bar."""
    doing, done, total = now
    step = phrase(DOING[doing], language) if doing in DOING else doing
    return render("page/progress.html", step=step, done=done, total=total)
