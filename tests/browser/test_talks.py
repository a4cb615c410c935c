"""Conversations, as this browser keeps, lists, searches, renames, deletes and gives them back."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rodedraad.server.passwords import Passwords, add_user
from rodedraad.server.serve import Serving
from tests.browser.pages import wait_until_open
from tests.browser.test_chat import OpenPage, ask
from tests.servers import serving

CACAO, KNIT = "Wat is cacao blanco?", "Wat doet Royal Knit?"
BOX = "#question textarea"
STORED = "() => Object.entries(localStorage).filter(([key]) => key.startsWith('rodedraad '))"
FULL = """Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"""
OFF = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('off', 'SecurityError'); }});"""


def again(page: Page) -> None:
    page.reload()
    wait_until_open(page)


def begin(page: Page) -> None:
    page.click("#new")
    page.wait_for_selector(".turn", state="detached")


def in_list(page: Page) -> list[str]:
    if not page.locator("#kept").is_visible():
        page.click("#talks-open")
    return page.locator("#kept li .title").all_inner_texts()


def test_a_reload_and_another_tab_lose_nothing(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, CACAO)
    page.locator(".votes button").first.click()
    page.fill(BOX, "En waar")
    again(page)
    expect(page.locator(".turn .question")).to_have_text(CACAO)
    expect(page.locator("#source article")).to_be_visible()
    expect(page.locator(".votes button").first).to_have_attribute("aria-pressed", "true")
    assert page.input_value(BOX) == "En waar"
    other = page.context.new_page()
    other.goto(address)
    wait_until_open(other)
    expect(other.locator(".turn .question")).to_have_text(CACAO)
    expect(other.locator(BOX)).to_have_value("En waar")
    other.fill(BOX, "")
    ask(other, "En waarom?")
    expect(other.locator(".understood")).to_contain_text(f"{CACAO} En waarom?")
    expect(page.locator(".turn")).to_have_count(2)  # the first tab follows
    page.locator(".turn").nth(1).locator("a.citation").first.click()
    page.wait_for_url("**/?document=*")
    page.goto("about:blank")
    page.go_back()
    wait_until_open(page)
    expect(page.locator("#source article")).to_have_attribute("data-turn", "1")
    expect(page.locator(".turn")).to_have_count(2)


def test_what_is_half_typed_outlasts_a_question_of_another_tab(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, CACAO)
    other = page.context.new_page()
    other.goto(address)
    wait_until_open(other)
    page.fill(BOX, "En waar")
    ask(other, KNIT)
    expect(page.locator(".turn")).to_have_count(2)
    again(page)
    expect(page.locator(BOX)).to_have_value("En waar")
    other.fill(BOX, "En wie")
    again(page)
    expect(page.locator(BOX)).to_have_value("En waar")
    again(other)
    expect(other.locator(BOX)).to_have_value("En wie")


def test_the_last_reply_is_in_view_again_above_the_examples(address: str, open_page: OpenPage) -> None:
    page = open_page(address, width=390, height=844)
    ask(page, CACAO)
    ask(page, "Bedankt!")
    again(page)
    expect(page.locator("#examples button").first).to_be_visible()
    expect(page.locator(".turn:last-child li").last).to_be_in_viewport(ratio=1)


def test_a_new_conversation_can_be_undone(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, CACAO)
    page.fill(BOX, "En w")
    begin(page)
    assert page.input_value(BOX) == ""
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    page.click("#said .undo")
    expect(page.locator(".turn .question")).to_have_text(CACAO)
    expect(page.locator(BOX)).to_have_value("En w")
    page.go_back()
    page.wait_for_selector(".turn", state="detached")
    page.go_forward()
    expect(page.locator(".turn .question")).to_have_text(CACAO)


def test_the_list_is_searched_renamed_and_emptied(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, CACAO)
    begin(page)
    ask(page, KNIT)
    begin(page)
    page.fill(BOX, "Half")
    assert in_list(page) == ["Half", KNIT, CACAO]
    assert Axe().run(page).response["violations"] == []
    page.keyboard.type("cacao")
    assert in_list(page) == [CACAO]
    page.locator("#kept .rename").click()
    page.keyboard.type("Witte <b>chocola</b>")
    page.keyboard.press("Enter")
    page.fill("#kept input[type=search]", "Witte")
    assert in_list(page) == ["Witte <b>chocola</b>"]
    page.locator("#kept .title").click()
    expect(page.locator(".turn .question")).to_have_text(CACAO)
    assert in_list(page) == ["Half", KNIT, "Witte <b>chocola</b>"]
    page.locator("#kept .delete").nth(2).click()
    page.wait_for_selector(".turn", state="detached")
    page.click("#said .undo")
    expect(page.locator(".turn .question")).to_have_text(CACAO)
    assert len(in_list(page)) == 3
    page.click("#kept .delete-all")
    page.wait_for_selector(".turn", state="detached")
    assert page.evaluate(STORED) == []


@pytest.mark.parametrize(("script", "told"), [(FULL, "storage is full"), (OFF, "")])
def test_without_storage_the_page_works_and_says_so(
    address: str, open_page: OpenPage, script: str, told: str
) -> None:
    page = open_page(address)
    page.add_init_script(script)
    again(page)
    ask(page, CACAO)
    expect(page.locator("#said")).to_contain_text(told)
    begin(page)
    page.click("#said .undo")
    expect(page.locator(".turn .question")).to_have_text(CACAO)
    page.click("#talks-open")
    expect(page.locator("#kept .off")).to_be_visible(visible=not told)


def test_hostile_contents_of_the_storage_stay_text(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    ask(page, CACAO)
    [[key, value]] = page.evaluate(STORED)
    talk = json.loads(value)
    attack = "<img src=x onerror=window.hit=1>"
    talk["title"] = talk["turns"][0]["question"] = talk["turns"][0]["cited"][0]["text"] = attack
    talk["draft"], talk["scope"] = 7, {"languages": 7}
    talk["turns"] += [None, "x", {"time": attack}, {"time": "9"}]
    prefix = key[: key.rindex(" ")]
    for name, text in (
        (key, json.dumps(talk)),
        (f"{prefix} a", "{"),
        (f"{prefix} <b>", "[]"),
        (f"{prefix} c", "7"),
    ):
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [name, text])
    again(page)
    expect(page.locator(".turn .question")).to_have_text(attack)
    assert attack in in_list(page)
    page.keyboard.press("Escape")
    page.locator(".turn a.citation").first.click()
    expect(page.locator("#source")).to_contain_text("no longer in the documents")
    assert page.locator(".turn img, #kept img").count() == 0
    assert page.evaluate("window.hit") is None
    assert errors == []


def test_another_user_of_the_same_browser_sees_nothing_of_it(
    home: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    for user in ("an", "bo"):
        add_user(tmp_path / "people", user, f"{user} heeft een wachtwoord")
    with serving(home, Serving(passwords=Passwords(tmp_path / "people"))) as address:
        page = open_page(address, user=("an", "an heeft een wachtwoord"))
        ask(page, CACAO)
        kept = page.evaluate(STORED)
        other = open_page(address, user=("bo", "bo heeft een wachtwoord"))
        other.evaluate(
            "stored => { for (const [key, value] of stored) localStorage.setItem(key, value); }", kept
        )
        again(other)
        assert other.locator(".turn").count() == 0
        assert in_list(other) == []
        assert "an" not in kept[0][0].split()
