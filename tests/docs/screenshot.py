"""Screenshot: takes docs/screenshot.png again, with the question of the README.

python -m tests.docs.screenshot
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.servers import chat_server

ROOT = Path(__file__).parents[2]
QUESTION = "How many families work in the coffee sector?"


def main() -> None:
    with (
        TemporaryDirectory() as folder,
        chat_server(ROOT / "corpus", Path(folder) / "home") as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720}, locale="en-GB")
        page.goto(address)
        page.wait_for_selector("#question textarea")
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("mark.chosen")
        page.wait_for_timeout(2000)  # the line is drawn once the source has stopped scrolling
        page.screenshot(path=ROOT / "docs" / "screenshot.png")
        browser.close()


if __name__ == "__main__":
    main()
