"""Background work: work that takes a while, and its progress on the page."""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from rodedraad.index.build import Progress
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


def watched(work: Callable[[Progress], T], language: str) -> Generator[str, None, T]:
    """Do the work in a thread and yield its progress as HTML; returns and raises what the work does."""
    state: list[tuple[str, int, int]] = []
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(work, lambda *now: state.append(now))
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
