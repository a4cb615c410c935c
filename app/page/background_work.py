"""Background work: work that takes a while, and its progress on the page."""

from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import TypeVar

from rodedraad.index.progress import READING, WRITING, OnProgress, Progress, clock
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase

TICK = 0.2
"""Seconds between two updates of the progress."""

DOING = {
    READING: "doing_reading",
    WRITING: "doing_writing",
    "Asking": "doing_asking",
}
"""The phrase for each step that the work reports."""

T = TypeVar("T")
Shown = TypeVar("Shown")


def watched(work: Callable[[OnProgress], T], show: Callable[[Progress], Shown]) -> Generator[Shown, None, T]:
    """Do the work in a thread and yield its progress as it is shown; returns and raises what the work does.

    The work goes on if nobody looks any more, but does not keep the process from ending.
    """
    state: list[Progress] = []
    job: Future[T] = Future()

    def do() -> None:
        try:
            job.set_result(work(state.append))
        except BaseException as error:
            job.set_exception(error)

    Thread(target=do, daemon=True).start()
    while not job.done():
        if state:
            yield show(state[-1])
        with suppress(TimeoutError):
            job.exception(TICK)
    return job.result()


def progress_html(now: Progress, language: str, more: str = "") -> str:
    """The step that the work is at, with a progress bar, the time left, and what more there is to say."""
    step = phrase(DOING[now.step], language) if now.step in DOING else now.step
    left = "" if now.seconds_left is None else phrase("time_left", language, time=clock(now.seconds_left))
    return render("page/progress.html", now=now, said=[step, left, more])
