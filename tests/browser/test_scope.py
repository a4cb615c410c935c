"""The menu of what is searched, as a person uses it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rodedraad.index.build import reindex
from tests.browser.test_access import violations
from tests.browser.test_chat import OpenPage, ask
from tests.browser.test_talks import again, begin, in_list
from tests.servers import serving

PUMP = "When was the pump repaired?"
SUMMARY = ".look-in summary strong"


@pytest.fixture(scope="module")
def folders(corpus: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the corpus and two notes in folders, in another language and with a date."""
    folder = tmp_path_factory.mktemp("folders")
    shutil.copytree(home, folder / "home")
    shutil.copytree(corpus, folder / "corpus")
    for year in (2014, 2016):
        (folder / "corpus" / f"{year}").mkdir()
        text = f"---\ntitle: Water {year}\ndate: {year}-05-17\n---\nThe pump was repaired in May {year}."
        (folder / "corpus" / f"{year}" / "water.md").write_text(text, "utf-8")
    reindex(folder / "corpus", folder / "home")
    with serving(folder / "home", corpus=folder / "corpus") as address:
        yield address


def open_menu(page: Page) -> None:
    page.click("#scope summary")
    page.wait_for_selector(".found label")


def test_a_folder_is_chosen_and_kept_until_all_is_searched_again(folders: str, open_page: OpenPage) -> None:
    page = open_page(folders)
    expect(page.locator(SUMMARY)).to_have_text("all documents")
    open_menu(page)
    page.fill("#scope [type=search]", "2016")
    expect(page.locator(".found label")).to_have_count(2)
    page.check(".found input[value='2016/']")
    expect(page.locator(SUMMARY)).to_have_text("1 of 5 documents")
    page.click("#scope .done")
    ask(page, PUMP)
    turn = page.locator(".turn")
    expect(turn.nth(0).locator(".understood").first).to_have_text("Searched only in: 2016/")
    expect(turn.nth(0).locator("blockquote")).to_contain_text("May 2016")
    expect(turn.nth(0).locator(".votes")).to_have_count(0)  # a gold question is about all documents
    ask(page, "Who repaired the coffee machine of the cooperative?")
    expect(turn.nth(1).locator(".understood").first).to_have_text("Searched only in: 2016/")
    page.reload()
    expect(page.locator(SUMMARY)).to_have_text("1 of 5 documents")
    open_menu(page)
    expect(page.locator(".found input").first).to_be_checked()
    page.click("#scope .all")
    expect(page.locator(SUMMARY)).to_have_text("all documents")
    page.click("#scope .done")
    ask(page, "Hoeveel gezinnen werken er in de koffiesector?")
    expect(turn.nth(2).locator(".understood")).to_have_count(0)


def test_a_choice_stays_with_its_conversation(folders: str, open_page: OpenPage) -> None:
    page = open_page(folders)
    open_menu(page)
    page.check(".found input[value='2016/']")
    page.click("#scope .done")
    again(page)  # before anything is asked
    expect(page.locator(SUMMARY)).to_have_text("1 of 5 documents")
    ask(page, PUMP)
    begin(page)
    expect(page.locator(SUMMARY)).to_have_text("all documents")
    ask(page, "Wat is cacao blanco?")
    assert in_list(page) == ["Wat is cacao blanco?", PUMP]
    page.locator("#kept .title").nth(1).click()
    expect(page.locator(SUMMARY)).to_have_text("1 of 5 documents")
    ask(page, "Who repaired the coffee machine of the cooperative?")
    expect(page.locator(".turn").nth(1).locator(".understood").first).to_have_text("Searched only in: 2016/")
    other = page.context.new_page()
    other.goto(folders)
    expect(other.locator(SUMMARY)).to_have_text("1 of 5 documents")


def test_dates_and_languages_are_chosen_by_keyboard_and_nothing_is_told(
    folders: str, open_page: OpenPage
) -> None:
    page = open_page(folders, locale="es")
    page.locator("#scope summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".found label")
    page.get_by_label("inglés").focus()
    page.keyboard.press("Space")
    expect(page.locator(SUMMARY)).to_have_text("2 de 5 documentos")
    page.fill("#scope [name=date_to]", "2014-12-31")
    expect(page.locator(SUMMARY)).to_have_text("1 de 5 documentos")
    page.fill("#scope [name=date_to]", "2013-12-31")
    expect(page.locator("#scope [role=status]")).to_contain_text("Ningún documento corresponde")
    page.locator("#scope .all").focus()
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.matches('#scope summary')")
    assert not page.locator("#scope .found").is_visible()
    page.fill("#question textarea", PUMP)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("text=Ningún documento corresponde a esta selección.")
    assert page.locator(".turn").count() == 0


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_the_menu_fits_and_axe_finds_nothing(
    folders: str, open_page: OpenPage, width: int, scheme: str
) -> None:
    page = open_page(folders, width, 844, color_scheme=scheme)
    open_menu(page)
    page.check(".found input >> nth=0")
    expect(page.locator(SUMMARY)).to_have_text("1 of 5 documents")
    assert violations(page) == []
    box = page.locator(".look-in > div").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
