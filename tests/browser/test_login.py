"""The login page, logging out, a session that ends while the page is open, and the page of a reader."""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from rodedraad.server.passwords import Passwords, add_user
from rodedraad.server.serve import Serving
from tests.browser.pages import log_in, wait_until_open
from tests.browser.test_access import violations
from tests.browser.test_chat import OpenPage, ask
from tests.browser.test_gloss import middle
from tests.servers import PATIENCE, serving

AN, BO = ("an", "met de trein"), ("bo", "met de tram")
LINK = "/?document=peru-partnerland.txt&start=0"


@pytest.fixture(scope="module")
def guarded(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    people = tmp_path_factory.mktemp("login") / "people"
    add_user(people, *AN)
    add_user(people, *BO, "read")
    with serving(home, Serving(passwords=Passwords(people))) as address:
        yield address


COUNTED = """() => {
  const ask = window.fetch;
  window.under_way = 0;
  const count = more => { window.under_way += more; window.changed = performance.now(); };
  window.fetch = (...request) => { count(1); return ask(...request).finally(() => count(-1)); };
}"""


def wait_until_quiet(page: Page) -> None:
    """Wait until the page, in which requests are COUNTED, has sent none and awaits none for half a second."""
    page.wait_for_function("under_way === 0 && performance.now() - changed > 500")


def shoot(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_who_logs_in_arrives_at_the_link_and_logs_out_again(
    guarded: str, browser: Browser, scheme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="nl")
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.goto(guarded + LINK)
    expect(page.locator("input[name=username]")).to_be_focused()
    assert Axe().run(page).response["violations"] == []
    log_in(page, "an", "met de bus")
    expect(page.locator("[role=alert]")).to_have_text("De naam of het wachtwoord is niet juist.")
    expect(page.locator("input[name=username]")).to_have_value("an")
    expect(page.locator("input[name=password]")).to_be_focused()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shoot(page, f"login-{scheme}-{width}")
    page.keyboard.type("met de trein")
    page.keyboard.press("Enter")
    wait_until_open(page)
    expect(page.locator("#source article")).to_be_visible()
    if width < 760:
        page.locator("#source .close").click()
    opens = page.get_by_role("button", name="Ingelogd als an")
    expect(opens).to_be_in_viewport()
    opens.click()
    assert violations(page) == []
    shoot(page, f"out-{scheme}-{width}")
    page.get_by_role("button", name="Uitloggen").click()
    expect(page.locator("input[name=password]")).to_be_visible()
    assert page.url == f"{guarded}/"
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_who_is_logged_out_meanwhile_reads_so_at_every_act_and_keeps_what_was_typed(
    guarded: str, home: Path, open_page: OpenPage, scheme: str, width: int
) -> None:
    page = open_page(guarded, width, user=AN, locale="fr", color_scheme=scheme)
    ask(page, "Wie steunt Royal Knit?")
    page.wait_for_selector("#source mark", state="attached")
    page.evaluate(COUNTED)
    page.get_by_role("tab", name="Documents").click()
    page.wait_for_selector("#library tbody tr")
    page.get_by_role("tab", name="Questions").click()
    wait_until_quiet(page)  # or the dialog opens unasked
    with closing(sqlite3.connect(home / "sessions.sqlite")) as kept, kept:
        kept.execute("DELETE FROM sessions")
    over = page.locator("#over")

    def told(act: Callable[[], object]) -> None:
        act()
        expect(over).to_be_visible()
        expect(over.locator("p")).to_contain_text("Vous n’êtes plus connecté.")
        wait_until_quiet(page)  # the dialog opens again at the last of several requests
        page.keyboard.press("Escape")
        expect(over).to_be_hidden()

    told(lambda: page.locator(".votes button").first.click())
    if width == 1280:  # what is alike on a phone
        word = middle(page, ".turn blockquote [data-gloss]", "project")
        page.mouse.move(*word)
        page.wait_for_timeout(1000)  # a pointer that rests on a word asks nothing any more
        expect(over).to_be_hidden()
        told(lambda: page.mouse.click(*word))
        told(lambda: page.locator("#scope summary").click())
        page.keyboard.press("Escape")
        told(lambda: (page.locator("#take-open").click(), page.locator("[data-form=ris]").click()))
        page.locator("#said .close").click()
        told(lambda: page.locator("#languages select").select_option("fr"))
    page.locator("a.citation").first.click()
    told(lambda: (page.fill("#source .find input", "Knit"), page.press("#source .find input", "Enter")))
    told(lambda: page.locator("#source a.original").click())
    if width < 760:
        page.locator("#source .close").click()
    told(lambda: page.get_by_role("tab", name="Documents").click())
    told(lambda: page.locator("#library a.open").first.click())
    if width < 760:
        page.locator("#source .close").click()
    told(lambda: page.get_by_role("tab", name="Documents").click())
    page.once("dialog", lambda dialog: dialog.accept())
    told(lambda: page.locator("#library td button").last.click())
    if width == 1280:
        told(lambda: page.locator("#reindex").click())
        told(
            lambda: page.set_input_files(
                "#upload input[type=file]",
                {"name": "a.txt", "mimeType": "text/plain", "buffer": b"Een lama."},
            )
        )
        told(lambda: page.get_by_role("tab", name="Évaluation").click())
        told(lambda: page.locator("#evaluate").click())
    page.get_by_role("tab", name="Questions").click()
    page.fill("#question textarea", "Wat is cacao blanco?")
    page.press("#question textarea", "Enter")
    expect(over).to_be_visible()
    assert page.locator(".toast-body").locator("visible=true").count() == 0
    assert Axe().run(page).response["violations"] == []
    shoot(page, f"over-{scheme}-{width}")
    page.keyboard.press("Enter")
    log_in(page, *AN)
    wait_until_open(page)
    expect(page.locator(".turn .question")).to_have_text("Wie steunt Royal Knit?")
    expect(page.locator("#question textarea")).to_have_value("Wat is cacao blanco?")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_page_heeds_the_switch_of_the_page(guarded: str, open_page: OpenPage, scheme: str) -> None:
    page = open_page(guarded, user=AN, locale="en", color_scheme=scheme)
    colour = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(251, 249, 245)", "rgb(24, 21, 19)"
    page.click("#dark")
    page.click("#user-open")
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("input[name=password]")).to_be_visible()
    assert page.evaluate(colour) == (dark if scheme == "light" else light)
    assert Axe().run(page).response["violations"] == []
    page.context.clear_cookies()
    page.reload()
    assert page.evaluate(colour) == (light if scheme == "light" else dark)


def test_a_reader_sees_nothing_to_change_with_and_no_error(guarded: str, open_page: OpenPage) -> None:
    page = open_page(guarded, user=BO, locale="en")
    expect(page.locator("#user-open span")).to_have_text("bo")
    page.get_by_role("tab", name="Documents").click()
    expect(page.locator("#library tbody tr").first).to_be_visible()
    for part in ("#change", "#page-to-add", "#library td button", "#cancel"):
        expect(page.locator(part).first).to_be_hidden()
    assert violations(page) == []
    shoot(page, "reader-documents")
    page.get_by_role("tab", name="Evaluation").click()
    expect(page.locator("#run")).to_contain_text(re.compile("Gold questions|asked"))
    expect(page.locator("#evaluate")).to_be_hidden()
    page.get_by_role("tab", name="Ask").click()
    page.fill("#question textarea", "Wie steunt Royal Knit?")
    page.press("#question textarea", "Enter")
    page.locator(".votes button").first.click()
    expect(page.locator("#told")).to_contain_text("Your vote has been saved")
    assert page.locator(".toast-body, .error").count() == 0
