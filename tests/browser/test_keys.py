"""Keys, dark or light, and what the page says of itself."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_chat import OpenPage, ask
from tests.browser.test_evidence import CHOSEN, TWO_QUOTES

AT_QUESTION = "document.activeElement.matches('#question textarea')"


def test_keys_lead_to_the_question_through_the_quotes_and_tell_themselves(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address)
    ask(page, TWO_QUOTES)
    question = page.locator("#question textarea")
    expect(question).to_have_value("")
    page.wait_for_function(f"{CHOSEN} === '1'")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"{CHOSEN} === '2'")
    page.keyboard.type("En?")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("/")
    expect(question).to_have_value("En/?")
    assert page.evaluate(CHOSEN) == "2"
    question.fill("")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"{CHOSEN} === '1'")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.matches('a.citation')")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("To the question")
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.get_by_role("tab", name="Documents").click()
    page.keyboard.press("/")
    page.wait_for_function(AT_QUESTION)
    page.keyboard.type("a/b?")
    expect(question).to_have_value("a/b?")


@pytest.mark.parametrize("text", ["", "  ?! "])
def test_an_empty_question_does_nothing_loud(address: str, open_page: OpenPage, text: str) -> None:
    page = open_page(address)
    page.fill("#question textarea", text)
    for _ in range(2):
        page.click("#ask button")
        page.wait_for_function(AT_QUESTION)
        page.keyboard.press("Enter")
    ask_again = page.locator("#question textarea")
    ask_again.fill("")
    ask(page, "Wat is cacao blanco?")
    assert page.locator(".turn").count() == 1
    assert page.locator(".toast-body").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dark_or_light_is_chosen_and_stays(address: str, open_page: OpenPage, scheme: str) -> None:
    page = open_page(address, 390, 844, color_scheme=scheme)
    other = {"light": re.compile("dark"), "dark": re.compile("^((?!dark).)*$")}[scheme]
    page.click("#dark")
    expect(page.locator("body")).to_have_class(other)
    page.reload()
    expect(page.locator("#dark")).to_have_attribute("aria-pressed", "true" if scheme == "light" else "false")
    expect(page.locator("body")).to_have_class(other)


def test_the_page_speaks_of_itself_to_those_who_share_it(address: str, open_page: OpenPage) -> None:
    page = open_page(address, locale="fr")
    told = page.evaluate("[...document.querySelectorAll('head meta')].map(meta => meta.outerHTML).join()")
    assert "radio" not in told
    assert 'property="og:description" content="Chaque réponse est une citation exacte.' in told
