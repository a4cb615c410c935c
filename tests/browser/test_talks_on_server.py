"""Conversations that the server keeps: another browser of the same user has them, and nobody else's."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rodedraad.server.passwords import Passwords, add_user
from rodedraad.server.serve import Serving
from tests.browser.pages import log_in, wait_until_open
from tests.browser.test_chat import OpenPage, ask
from tests.browser.test_talks import BOX, CACAO, KNIT, STORED, again, in_list
from tests.servers import serving, until

AN, BO, CAS, DINA, EVA, FRED, GIJS, HANS = (
    (name, "met de trein") for name in ("an", "bo", "cas", "dina", "eva", "fred", "gijs", "hans")
)  # each test has users of its own


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("people") / "people"
    for user in (AN, BO, CAS, DINA, EVA, FRED, GIJS, HANS):
        add_user(file, *user, "read")
    return file


@pytest.fixture(scope="module")
def keeping(home: Path, people: Path) -> Iterator[str]:
    with serving(home, Serving(passwords=Passwords(people), keep_talks=True)) as address:
        yield address


def on_server(home: Path, user: tuple[str, str]) -> str:
    with closing(sqlite3.connect(home / "talks.sqlite")) as kept:
        rows = kept.execute("SELECT text FROM talks WHERE user = ? AND text IS NOT NULL", user[:1])
        return "".join(text.decode() for (text,) in rows)


def run(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "talks.sqlite")) as kept, kept:
        kept.execute(statement)


def log_out(page: Page) -> None:
    page.click("#user-open")
    page.click("#user button")
    expect(page.locator("input[name=password]")).to_be_visible()


def in_two_browsers(
    keeping: str, home: Path, open_page: OpenPage, user: tuple[str, str], **options: str
) -> tuple[Page, Page]:
    """Two browsers of a user with one conversation, which began in the first."""
    here = open_page(keeping, user=user, **options)
    ask(here, CACAO)
    until(lambda: CACAO in on_server(home, user))
    return here, open_page(keeping, user=user, **options)


def test_another_browser_of_the_user_has_them_and_another_user_does_not(
    keeping: str, home: Path, open_page: OpenPage
) -> None:
    here = open_page(keeping, user=AN, locale="en")
    ask(here, CACAO)
    here.locator(".votes button").first.click()
    here.fill(BOX, "En waar")
    until(lambda: "En waar" in on_server(home, AN))
    there = open_page(keeping, user=AN, locale="en")
    expect(there.locator(".turn .question")).to_have_text(CACAO)
    expect(there.locator(".turn blockquote.lead")).to_be_visible()
    expect(there.locator("#source article mark").first).to_be_visible()
    expect(there.locator(".votes button").first).to_have_attribute("aria-pressed", "true")
    expect(there.locator(BOX)).to_have_value("En waar")
    assert in_list(there) == [CACAO]
    expect(there.locator("#kept")).to_contain_text("in this browser and on the server")
    there.keyboard.press("Escape")
    there.fill(BOX, "")
    ask(there, "En waarom?")
    until(lambda: "En waarom?" in on_server(home, AN))
    again(here)
    expect(here.locator(".turn")).to_have_count(2)
    other = open_page(keeping, user=BO)
    assert other.locator(".turn").count() == 0
    assert in_list(other) == []
    assert on_server(home, BO) == ""


def test_what_is_deleted_in_one_is_gone_in_the_other_until_that_is_undone(
    keeping: str, home: Path, open_page: OpenPage
) -> None:
    here, there = in_two_browsers(keeping, home, open_page, CAS)
    assert in_list(there) == [CACAO]
    there.click("#kept .delete")
    until(lambda: not on_server(home, CAS))
    again(here)
    assert here.locator(".turn").count() == 0
    assert in_list(here) == []
    there.click("#said .undo")
    until(lambda: CACAO in on_server(home, CAS))
    again(here)
    assert in_list(here) == [CACAO]


def test_a_page_that_was_open_while_another_browser_went_on_takes_over_its_turns(
    keeping: str, home: Path, open_page: OpenPage
) -> None:
    here, there = in_two_browsers(keeping, home, open_page, GIJS)
    ask(there, KNIT)
    in_list(there)
    there.locator("#kept .rename").click()
    there.keyboard.type("Knit en cacao")
    there.keyboard.press("Enter")
    until(lambda: "Knit en cacao" in on_server(home, GIJS))
    ask(here, "Bedankt!")
    asked = [CACAO, KNIT, "Bedankt!"]
    expect(here.locator(".turn .question")).to_have_text(asked)
    assert in_list(here) == ["Knit en cacao"]
    until(lambda: all(question in on_server(home, GIJS) for question in asked))
    ask(there, "Hallo")
    expect(there.locator(".turn .question")).to_have_text([*asked, "Hallo"])
    for page, turn in ((there, 1), (here, 0)):
        page.keyboard.press("Escape")
        page.locator(".turn").nth(turn).locator(".votes button").first.click()
    until(lambda: on_server(home, GIJS).count('"up"') == 2)
    again(here)
    expect(here.locator(".turn .question")).to_have_text([*asked, "Hallo"])
    expect(here.locator(".votes [aria-pressed=true]")).to_have_count(2)


def test_a_deleted_conversation_comes_back_only_with_a_question_that_was_asked_meanwhile(
    keeping: str, home: Path, open_page: OpenPage
) -> None:
    here, there = in_two_browsers(keeping, home, open_page, HANS, locale="en")
    assert in_list(there) == [CACAO]
    there.click("#kept .delete")
    until(lambda: not on_server(home, HANS))
    here.locator(".votes button").first.click()
    in_list(here)
    expect(here.locator("#kept li")).to_have_count(0)
    here.keyboard.press("Escape")
    ask(here, KNIT)
    until(lambda: KNIT in on_server(home, HANS))
    assert CACAO in on_server(home, HANS)
    again(there)
    assert in_list(there) == [CACAO]
    ask(here, "Bedankt!")
    until(lambda: "Bedankt!" in on_server(home, HANS))
    there.click("#kept .delete")
    expect(there.locator("#said p")).to_contain_text("Not deleted")
    assert in_list(there) == [CACAO]
    assert "Bedankt!" in on_server(home, HANS)
    there.click("#kept .delete")
    until(lambda: not on_server(home, HANS))


def test_logging_out_leaves_nothing_in_the_browser_and_loses_nothing(
    keeping: str, home: Path, open_page: OpenPage
) -> None:
    page = open_page(keeping, user=DINA)
    ask(page, CACAO)
    tab = page.context.new_page()
    tab.goto(keeping)
    wait_until_open(tab)
    log_out(page)
    assert page.evaluate(STORED) == []
    tab.fill(BOX, "Half")
    expect(tab.locator("#over")).to_be_visible()
    tab.keyboard.press("Enter")
    log_in(tab, *DINA)
    wait_until_open(tab)
    expect(tab.locator(".turn .question")).to_have_text(CACAO)
    expect(tab.locator(BOX)).to_have_value("Half")
    until(lambda: "Half" in on_server(home, DINA))
    assert CACAO in on_server(home, DINA)


def test_while_the_server_cannot_keep_them_the_page_works_and_says_so_once(
    keeping: str, home: Path, open_page: OpenPage
) -> None:
    run(home, "ALTER TABLE talks RENAME TO away")
    page = open_page(keeping, user=EVA, locale="fr")
    told = page.locator("#said p")
    expect(told).to_contain_text("Le serveur ne peut pas conserver les conversations")
    page.click("#said .close")
    ask(page, CACAO)
    page.wait_for_timeout(1500)
    expect(told).to_be_hidden()
    log_out(page)
    assert CACAO in page.evaluate(STORED)[0][1]
    run(home, "ALTER TABLE away RENAME TO talks")
    log_in(page, *EVA)
    wait_until_open(page)
    until(lambda: CACAO in on_server(home, EVA))


def test_unless_asked_for_nothing_is_sent_and_what_was_kept_before_is_sent_then(
    keeping: str, home: Path, people: Path, open_page: OpenPage
) -> None:
    asked: list[str] = []
    with serving(home, Serving(passwords=Passwords(people))) as address:
        page = open_page(address, user=FRED, locale="en")
        page.on("request", lambda request: asked.append(request.url))
        again(page)
        ask(page, CACAO)
        page.fill(BOX, "Half")
        page.wait_for_timeout(1500)
        page.click("#talks-open")
        expect(page.locator("#kept")).to_contain_text("in this browser only")
        kept = page.evaluate(STORED)
    assert [url for url in asked if "/talks" in url] == []
    assert len(asked) > 5
    page = open_page(keeping, user=FRED)
    page.evaluate("stored => { for (const [key, value] of stored) localStorage.setItem(key, value); }", kept)
    again(page)
    until(lambda: "Half" in on_server(home, FRED))
