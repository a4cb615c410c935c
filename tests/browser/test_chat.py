"""The chat page, as a person uses it."""

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, Route, expect

from rodedraad.index.build import reindex
from tests.browser.pages import wait_until_open
from tests.servers import PATIENCE, chat_server, until

RED_SOCIAL = "How does Red Social formalise miners?"
OpenPage = Callable[..., Page]


def ask(page: Page, question: str) -> None:
    turns = page.locator(".turn").count()
    expect(page.locator("#question textarea")).to_have_value("")  # the last answer empties it
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(f".turn:nth-of-type({turns + 1})")


def test_a_citation_leads_to_the_quoted_sentence(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, "Hoe formaliseert Red Social mijnwerkers?")  # in English two sentences are nearly even
    quote = page.locator(".turn blockquote").first
    assert "Red Social" in quote.inner_text() or "mijn" in quote.inner_text()
    quoted = quote.inner_text().removesuffix("[1]").strip()
    page.locator("blockquote a.citation", has_text="[1]").first.click()
    marked = page.wait_for_selector("mark.chosen")
    assert marked.text_content() == quoted
    assert marked.get_attribute("data-number") == "1"
    page.wait_for_function(
        """() => {
          const box = document.querySelector('mark.chosen').getBoundingClientRect();
          return box.top >= 0 && box.bottom <= innerHeight;
        }"""
    )


def test_a_citation_of_an_earlier_answer_still_leads_to_its_source(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, "Hoeveel gezinnen werken er in de koffiesector?")
    ask(page, "Sinds wanneer steunt het TDC het project van Royal Knit?")
    page.locator(".turn").first.locator("a.citation").first.click()
    page.wait_for_selector("mark.chosen:has-text('225.000 gezinnen')")
    assert "50 jaar" in page.locator(".source h2").inner_text()


def test_of_two_citations_the_one_followed_last_is_shown(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, "Hoeveel gezinnen werken er in de koffiesector?")
    ask(page, "Sinds wanneer steunt het TDC het project van Royal Knit?")
    first, second = (turn.locator("a.citation").first for turn in page.locator(".turn").all())
    held: list[Route] = []
    page.route("**/run/predict", lambda route: held.append(route), times=1)
    first.click()
    second.click()
    until(lambda: page.wait_for_timeout(10) or held)
    held[0].continue_()
    until(lambda: "?document=" in page.evaluate("location.href"))
    expect(page.locator("#source article")).to_have_attribute("data-turn", "1")
    expect(page.locator("mark.chosen")).to_contain_text("Royal Knit")


def test_a_citation_of_the_source_that_is_open_opens_after_another_was_refused(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address, 390, 844)
    ask(page, "Hoeveel gezinnen werken er in de koffiesector?")
    ask(page, "Sinds wanneer steunt het TDC het project van Royal Knit?")
    first, second = (turn.locator("a.citation").first for turn in page.locator(".turn").all())
    page.route("**/run/predict", lambda route: route.fulfill(status=429, json={"detail": "Druk."}), times=1)
    first.click()
    expect(page.locator("#said p")).to_contain_text("Druk.")
    second.click()
    expect(page.locator("#panes")).to_have_class(re.compile("reading"))
    expect(page.locator("mark.chosen")).to_contain_text("Royal Knit")


def test_a_follow_up_shows_how_it_was_understood(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, "Welke coöperatie van aardappelboeren staat op de foto?")
    ask(page, "En met hoeveel zijn ze?")
    understood = page.locator(".turn").nth(1).locator(".understood").inner_text()
    assert understood.removesuffix(" Ask on its own") == (
        "Understood as: Welke coöperatie van aardappelboeren staat op de foto? En met hoeveel zijn ze?"
    )


def test_a_new_conversation_starts_empty(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, "Wat is cacao blanco?")
    page.click("#new")
    page.wait_for_selector(".turn", state="detached")
    assert page.locator("mark").count() == 0
    ask(page, "En waarom?")
    assert page.locator(".understood").count() == 0


def test_an_example_is_asked_by_a_click(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    expect(page.locator("#examples button:visible")).to_have_text(
        [
            "When did Belgian development cooperation in Peru begin?",
            "How many tonnes of cocoa did Cepicafe export in 2014?",
            "How do women earn an income of their own?",
        ]
    )
    expect(page.locator("#about")).to_have_text(
        re.compile(r"^\s*3 documents, in Dutch\. Dates, where known: 2015-12-01\.\s*$")
    )
    page.locator("#examples button", has_text="cocoa").click()
    page.wait_for_selector(".turn")
    assert page.locator(".turn .question").inner_text() == (
        "How many tonnes of cocoa did Cepicafe export in 2014?"
    )
    expect(page.locator("#about")).to_be_hidden()


def test_a_reader_is_shown_examples_in_their_own_language(address: str, open_page: OpenPage) -> None:
    german = open_page(address, locale="de-DE")
    expect(german.locator("#examples button:visible").first).to_have_text(
        "Wann begann die belgische Entwicklungszusammenarbeit in Peru?"
    )
    german.locator("#languages select").select_option("es")
    expect(german.locator("#examples button:visible").first).to_have_text(
        "¿Cuándo empezó la cooperación belga en el Perú?"
    )
    expect(german.locator("#about")).to_contain_text("3 documentos, en neerlandés.")


def test_a_question_too_long_gets_a_message_and_stays_in_the_box(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    page.fill("#question textarea", "a" * 100_000)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("text=100,000 characters")
    assert page.locator(".turn").count() == 0
    assert len(page.input_value("#question textarea")) == 100_000


def test_two_people_do_not_see_each_other(address: str, open_page: OpenPage) -> None:
    one, other = open_page(address), open_page(address)
    ask(one, "Wat is cacao blanco?")
    ask(other, "Wat doet AIDER in Peru?")
    assert one.locator(".turn .question").all_inner_texts() == ["Wat is cacao blanco?"]
    assert other.locator(".turn .question").all_inner_texts() == ["Wat doet AIDER in Peru?"]


COUNT_FRAMES = """
window.frames_asked = 0;
const frame = requestAnimationFrame;
window.requestAnimationFrame = run => { window.frames_asked++; return frame(run); };
"""


def test_nothing_leaves_the_machine_or_breaks_and_a_page_at_rest_asks_for_no_frames(
    address: str, browser: Browser
) -> None:
    context = browser.new_context()
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    requested: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(COUNT_FRAMES)
    page.goto(address)
    wait_until_open(page)
    ask(page, RED_SOCIAL)
    page.locator("a.citation").first.click()
    page.wait_for_selector("mark.chosen")
    assert [url for url in requested if not url.startswith((address, "data:", "blob:"))] == []
    assert errors == []

    def is_at_rest() -> bool:
        asked = page.evaluate("frames_asked")
        page.wait_for_timeout(1000)
        return bool(asked == page.evaluate("frames_asked"))

    assert page.evaluate("frames_asked") > 0
    until(is_at_rest)  # once scrolling and the effects of Gradio have come to an end
    context.close()


def test_the_page_fits_a_phone(address: str, open_page: OpenPage) -> None:
    page = open_page(address, width=390, height=844)
    ask(page, "Combien de familles travaillent dans le café ?")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_running_chat_takes_up_a_new_index(
    corpus: Path, home: Path, tmp_path: Path, open_page: OpenPage
) -> None:
    mine = shutil.copytree(corpus, tmp_path / "corpus")
    shutil.copytree(home, tmp_path / "home")
    with chat_server(mine, tmp_path / "home") as address:
        page = open_page(address)
        ask(page, "Wat kost een kaartje voor de kabelbaan van Chachapoyas?")
        (mine / "kabelbaan.md").write_text(
            "# Kabelbaan\n\nEen kaartje voor de kabelbaan van Chachapoyas kost twintig sol.",
            "utf-8",
        )
        reindex(mine, tmp_path / "home")
        while httpx.get(f"{address}/health").json()["generation"] != "000002":
            time.sleep(0.1)
        page.click("#new")
        page.wait_for_selector(".turn", state="detached")
        ask(page, "Wat kost een kaartje voor de kabelbaan van Chachapoyas?")
        assert "kost twintig sol" in page.locator(".turn blockquote").first.inner_text()


def test_a_greeting_gets_the_titles_and_the_examples_stay(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, "hello!")
    turn = page.locator(".turn")
    expect(turn.locator(".abstained")).to_contain_text("This is not a question about the documents.")
    expect(turn.locator(".titles li").first).to_have_text("50 jaar ontwikkelingssamenwerking in Peru")
    expect(turn.locator("blockquote")).to_have_count(0)
    expect(turn.locator(".votes")).to_have_count(0)
    example = page.locator("#examples button").first
    expect(example).to_be_visible()
    example.click()
    expect(page.locator(".turn")).to_have_count(2)
    expect(example).to_be_hidden()


def test_a_follow_up_is_asked_again_on_its_own(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, "Wat doet Coopagros?")
    ask(page, "En waarom?")
    second = page.locator(".turn").nth(1)
    expect(second.locator(".understood")).to_contain_text("Wat doet Coopagros? En waarom?")
    second.locator("button.alone").click()
    third = page.locator(".turn").nth(2)
    expect(third.locator(".question")).to_have_text("En waarom?")
    expect(third.locator(".understood")).to_have_count(0)
