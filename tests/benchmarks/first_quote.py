"""First quote: the time in a browser from Enter to the answer's first quote on the screen.

    python -m tests.benchmarks.first_quote

Asks thirty gold questions, each in a conversation of its own, on the bundled corpus in Chromium.
"""

import json
import shutil
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from playwright.sync_api import sync_playwright

from rodedraad.evaluation.gold_file import GOLD
from tests.servers import chat_server

QUESTIONS = 30
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


def main() -> None:
    """Print the median, the 95th percentile and the longest."""
    lines = (GOLD / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in islice(lines, QUESTIONS)]
    took = []
    with (
        TemporaryDirectory() as folder,
        chat_server(Path("corpus"), Path(folder) / "home") as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector(".welcome")
        page.evaluate(WATCH)
        for question in questions:
            page.fill("#question textarea", question)
            page.press("#question textarea", "Enter")
            took.append(page.wait_for_function("window.took").json_value())
            page.evaluate("window.took = 0")
            page.click("#new")
            page.wait_for_selector(".turn", state="detached")
        browser.close()
    p50, p95 = np.quantile(took, (0.5, 0.95))
    print(f"Enter to first quote: median {p50:.0f} ms, p95 {p95:.0f} ms, longest {max(took):.0f} ms")


if __name__ == "__main__":
    main()
