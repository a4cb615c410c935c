"""The page for everyone: four languages, light and dark, any width, a keyboard, a screen reader."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import ColorScheme
from tests.browser.test_chat import RED_SOCIAL, OpenPage, ask

SCHEMES: tuple[ColorScheme, ColorScheme] = ("light", "dark")
CHANGING = "document.getAnimations().some(one => one instanceof CSSTransition && one.playState === 'running')"
NOTHING: dict[ColorScheme, list[str]] = {"light": [], "dark": []}

INSIDE = """() => ['#question textarea', '#ask button', '#new', '#languages select'].filter(part => {
  const box = document.querySelector(part).getBoundingClientRect();
  return box.width < 24 || box.height < 24 || box.left < 0 || box.top < 0
      || box.right > innerWidth || box.bottom > innerHeight;
})"""


def violations(page: Page) -> list[str]:
    """What axe-core finds, and where."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {[node['html'][:150] for node in rule['nodes']]}" for rule in found]


def violations_by_scheme(page: Page) -> dict[ColorScheme, list[str]]:
    """What axe-core finds on a light page, and on a dark one."""
    found = {}
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"document.body.classList.contains('dark') === {json.dumps(scheme == 'dark')}")
        page.wait_for_function(f"!{CHANGING}")
        found[scheme] = violations(page)
    return found


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(address: str, open_page: OpenPage, width: int) -> None:
    page = open_page(address, width, 844)
    assert violations_by_scheme(page) == NOTHING
    ask(page, RED_SOCIAL)
    ask(page, "Who won the world cup of 1998?")
    assert violations_by_scheme(page) == NOTHING
    page.locator("blockquote a.citation").first.click()
    page.wait_for_selector("mark.chosen")
    page.locator("#source .copy summary").click()
    assert violations_by_scheme(page) == NOTHING


@pytest.mark.parametrize(
    ("locale", "asks", "welcome"),
    [
        ("nl-BE", "Stel een vraag over de documenten", "Elk antwoord is een letterlijk citaat."),
        ("fr-FR", "Posez une question sur les documents", "Chaque réponse est une citation exacte."),
        ("es-PE", "Haga una pregunta sobre los documentos", "Cada respuesta es una cita literal."),
        ("pt-BR", "Ask a question about the documents", "Every answer is a verbatim quote."),
    ],
)
def test_the_page_speaks_the_language_of_the_browser(
    address: str, open_page: OpenPage, locale: str, asks: str, welcome: str
) -> None:
    page = open_page(address, locale=locale)
    expect(page.locator(".welcome")).to_contain_text(welcome)
    expect(page.locator("#question textarea")).to_have_attribute("placeholder", asks)


def test_another_language_is_spoken_at_once_and_the_talk_stays(address: str, open_page: OpenPage) -> None:
    page = open_page(address, locale="en")
    ask(page, "Wat doet AIDER in Peru?")
    page.locator("#languages select").select_option("fr")
    expect(page.locator("#question textarea")).to_have_attribute(
        "placeholder", "Posez une question sur les documents"
    )
    expect(page.locator("#new")).to_have_text("Nouvelle conversation")
    expect(page.locator(".tools span")).to_have_text(re.compile("^Citation 1 sur [123]$"))
    expect(page.locator(".turn .question")).to_have_text("Wat doet AIDER in Peru?")
    expect(page.locator(".turn .aside").first).to_have_text("Sources")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.reload()
    expect(page.locator("#new")).to_have_text("Nouvelle conversation")
    expect(page.locator("#languages select")).to_have_value("fr")
    expect(page.locator("html")).to_have_attribute("lang", "fr")


SIZES = ((390, 844), (844, 390), (768, 1024), (1280, 800), (1920, 1080), (3840, 2160))


def test_everything_to_ask_with_stays_in_windows_of_all_sizes(address: str, open_page: OpenPage) -> None:
    page = open_page(address, *SIZES[0], locale="fr")
    for turns in (0, 2):
        for question in (RED_SOCIAL, "Hoeveel gezinnen werken er in de koffiesector?")[:turns]:
            ask(page, question)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"innerWidth === {width} && innerHeight === {height}")
            assert page.evaluate(INSIDE) == [], (turns, width)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (turns, width)
            assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), (turns, width)


def test_a_question_is_asked_read_and_followed_by_keyboard_alone(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    page.wait_for_function("document.activeElement.matches('#question textarea')")
    page.keyboard.type(RED_SOCIAL)
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn")
    told = page.locator("#told[role=status]")
    expect(told).to_have_text(re.compile(r"^\s*Probably the answer is here\. \[1\]"))
    page.wait_for_selector("#source article")
    for _ in range(9):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('a.citation')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('mark.chosen')")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.matches('a.citation')")
