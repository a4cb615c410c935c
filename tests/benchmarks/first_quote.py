"""First quote: the time in a browser from Enter to the answer's first quote on the screen.

    python -m tests.benchmarks.first_quote [KILOBYTES]

Asks gold questions, each in a conversation of its own, on the bundled corpus in Chromium: thirty while
nothing else happens, and then others for as long as a document, uploaded on another page, is indexed, and
ten more. It has 400 kB by default. Meanwhile /health is asked every tenth of a second.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import httpx
import numpy as np
from playwright.sync_api import FilePayload, Page, sync_playwright

from rodedraad.evaluation.gold_file import GOLD
from tests.benchmarks.reindex import documents
from tests.servers import chat_server

QUESTIONS, AFTER = 30, 10
PAUSE = 0.1  # seconds between two calls of /health

WATCH = """() => {
  const box = document.querySelector('#question textarea');
  box.addEventListener('keydown', event => { if (event.key === 'Enter') window.began = performance.now(); });
  new MutationObserver(() => {
    if (window.began && document.querySelector('.turn :is(blockquote, .abstained)')) {
      const began = window.began;
      window.began = 0;
      requestAnimationFrame(() => setTimeout(() => { window.took = performance.now() - began; }));
    }
  }).observe(document.body, {childList: true, subtree: true});
}"""


def first_quote(page: Page, question: str) -> float:
    """Ask a question in a new conversation; milliseconds until its first quote."""
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    took = float(page.wait_for_function("window.took").json_value())
    page.evaluate("window.took = 0")
    page.click("#new")
    page.wait_for_selector(".turn", state="detached")
    return took


@contextmanager
def health(address: str) -> Iterator[list[float]]:
    """The milliseconds of calls of /health, made while the block runs."""
    took: list[float] = []
    over = Event()

    def look() -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            while not over.wait(PAUSE):
                began = time.perf_counter()
                client.get("/health").raise_for_status()
                took.append(1000 * (time.perf_counter() - began))

    beside = Thread(target=look)
    beside.start()
    try:
        yield took
    finally:
        over.set()
        beside.join()


def row(name: str, took: list[float]) -> None:
    """Print a row of the table."""
    p50, p90 = np.quantile(took, (0.5, 0.9))
    print(f"| {name} | {len(took)} | {p50:.0f} | {p90:.0f} | {max(took):.0f} |", flush=True)


def indexed(page: Page, kilobytes: int) -> Callable[[], bool]:
    """Upload a document of so many kilobytes on the page; a function: whether it is indexed."""
    text = "\n\n".join(text for _, text in documents(kilobytes))[: 1000 * kilobytes]
    page.get_by_role("tab", name="Documents").click()
    page.wait_for_selector("#library tbody tr")
    file: FilePayload = {"name": "long.txt", "mimeType": "text/plain", "buffer": text.encode()}
    page.set_input_files("#upload input[type=file]", [file])
    page.wait_for_selector("#doing progress")
    return lambda: page.locator("#doing:has-text('Index updated: 1 added')").count() > 0


def main() -> None:
    """Print a table: how many, the median, the 90th percentile and the longest, in milliseconds."""
    kilobytes = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    lines = (GOLD / "questions.jsonl").read_text("utf-8").splitlines()
    questions = cycle(json.loads(line)["question"] for line in lines)
    with (
        TemporaryDirectory() as name,
        chat_server(shutil.copytree("corpus", Path(name) / "corpus"), Path(name) / "home") as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page, other = browser.new_page(), browser.new_page()
        for one in (page, other):
            one.goto(address)
            one.wait_for_selector(".welcome")
        page.evaluate(WATCH)
        with health(address) as calls:
            took = [first_quote(page, question) for question in islice(questions, QUESTIONS)]
        row("first quote", took)
        row("/health", calls)
        is_indexed = indexed(other, kilobytes)
        began, took = time.monotonic(), []
        with health(address) as calls:
            while not is_indexed():
                took.append(first_quote(page, next(questions)))
            seconds = time.monotonic() - began
            took += [first_quote(page, question) for question in islice(questions, AFTER)]
        row("first quote, while a document is indexed", took)
        row("/health, while a document is indexed", calls)
        print(f"indexed in {seconds:.0f} s")
        browser.close()


if __name__ == "__main__":
    main()
