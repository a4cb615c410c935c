"""Glosses of words in another language than the page's: by pointer, finger and keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from rodedraad.index.build import reindex
from tests.browser.test_access import violations
from tests.browser.test_chat import OpenPage, ask
from tests.servers import serving

SENTENCE = "De leraar uit Peru opent elke zomer een school met 40 kinderen naast de kerk."
QUESTION = "What does the teacher open in summer?"

RECT = """([selector, word]) => {
  const walker = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const at = walker.currentNode.data.indexOf(word);
    if (at < 0) continue;
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + word.length);
    const {x, y, width, height} = range.getClientRects()[0];
    return {x, y, width, height};
  }
}"""


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("school")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "dorp.txt").write_text(f"Het dorp\n\n{SENTENCE}\n", "utf-8")
    reindex(folder / "corpus", folder / "home")
    with serving(folder / "home", corpus=folder / "corpus") as address:
        yield address


def middle(page: Page, selector: str, word: str) -> tuple[float, float]:
    """The middle of a word's first occurrence."""
    rect = page.evaluate(RECT, [selector, word])
    return rect["x"] + rect["width"] / 2, rect["y"] + rect["height"] / 2


def is_beside(page: Page, selector: str, word: str) -> bool:
    """Whether the gloss lies within the window and does not cover its word."""
    at, box = page.evaluate(RECT, [selector, word]), page.locator("#gloss").bounding_box()
    assert box
    apart = box["y"] >= at["y"] + at["height"] or box["y"] + box["height"] <= at["y"]
    width = page.evaluate("innerWidth")
    return bool(apart and box["x"] >= 0 and box["x"] + box["width"] <= width)


def test_a_word_of_a_quote_is_glossed_on_hover_and_the_text_stays(school: str, open_page: OpenPage) -> None:
    page = open_page(school, locale="en")
    ask(page, QUESTION)
    quote = ".turn blockquote [data-gloss]"
    expect(page.locator(quote)).to_have_text(SENTENCE)
    gloss = page.locator("#gloss")
    page.mouse.move(*middle(page, quote, "kinderen"))
    expect(gloss).to_be_visible()
    expect(gloss.locator("b")).to_have_text("children")
    expect(gloss.locator("small")).to_have_text("Automatic gloss, 97 % sure")
    assert is_beside(page, quote, "kinderen")
    assert violations(page) == []
    expect(page.locator(quote)).to_have_text(SENTENCE)
    for name in ("Peru", "40"):
        page.mouse.move(*middle(page, quote, name))
        expect(gloss).to_be_hidden()
    page.mouse.move(*middle(page, quote, "zomer"))
    expect(gloss.locator("b")).to_have_text("summer")
    page.keyboard.press("Escape")
    expect(gloss).to_be_hidden()
    page.evaluate(f"getSelection().selectAllChildren(document.querySelector('{quote}'))")
    assert page.evaluate("String(getSelection())") == SENTENCE
    page.locator("#languages select").select_option("nl")
    expect(page.locator(".turn .confidence")).to_contain_text("staat het antwoord hierin")
    expect(page.locator("[data-gloss]")).to_have_count(0)


def test_a_word_is_glossed_on_a_tap_on_a_phone(school: str, open_page: OpenPage) -> None:
    page = open_page(school, 390, 844, locale="es", has_touch=True, is_mobile=True)
    ask(page, QUESTION)
    quote, gloss = ".turn blockquote [data-gloss]", page.locator("#gloss")
    page.touchscreen.tap(*middle(page, quote, "kerk"))
    expect(gloss.locator("b")).to_have_text("iglesia")
    assert is_beside(page, quote, "kerk")
    page.touchscreen.tap(*middle(page, ".turn", "teacher"))
    expect(gloss).to_be_hidden()
    page.locator("blockquote a.citation").first.click()
    page.wait_for_selector("mark.chosen")
    page.touchscreen.tap(*middle(page, "#source .text", "zomer"))
    expect(gloss.locator("b")).to_have_text("verano")
    assert is_beside(page, "#source .text", "zomer")
    assert violations(page) == []


def test_the_keyboard_goes_from_word_to_word_and_escape_leads_back(school: str, open_page: OpenPage) -> None:
    page = open_page(school, locale="fr", color_scheme="dark")
    ask(page, QUESTION)
    gloss, told = page.locator("#gloss"), page.locator("#glossed")
    page.locator("blockquote a.citation").first.click()
    page.wait_for_function("document.activeElement.matches('mark.chosen')")
    seen = []
    for key in ("Enter", "ArrowRight", "Enter", "ArrowLeft"):
        before = told.inner_text()
        page.keyboard.press(key)
        expect(told).not_to_have_text(before)
        seen.append(told.inner_text().split(":")[0])
    assert seen[1] == seen[3]
    assert len({*seen}) == 3
    assert [SENTENCE.index(word) for word in seen[:3]] == sorted(SENTENCE.index(word) for word in seen[:3])
    assert is_beside(page, "#source mark.chosen", seen[3])
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(gloss).to_be_hidden()
    expect(page.locator("mark.chosen")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("blockquote a.citation").first).to_be_focused()


def test_the_words_around_a_quote_of_a_link_are_in_the_language_that_is_chosen(
    school: str, open_page: OpenPage
) -> None:
    page = open_page(school, locale="en")
    ask(page, QUESTION)
    link = page.locator("blockquote a.citation").first.get_attribute("href")
    page = open_page(f"{school}/{link}", locale="nl")
    expect(page.locator("#source .tools span")).to_have_text("Citaat 1 van 1")
    expect(page.locator("#source [data-gloss]")).to_have_count(0)
    page.locator("#languages select").select_option("fr")
    expect(page.locator("#source .tools span")).to_have_text("Citation 1 sur 1")
    expect(page.locator("#source .text[data-gloss]")).to_have_count(1)
