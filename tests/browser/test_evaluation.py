"""The evaluation tab and the thumbs, as a person uses them over documents of their own."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rodedraad.index.build import reindex
from rodedraad.live.run_history import RunHistory
from rodedraad.server.serve import Serving
from tests.browser.conftest import Hold
from tests.browser.test_access import violations
from tests.browser.test_chat import OpenPage, ask
from tests.servers import serving

TICKET = "Een kaartje voor de kabelbaan van Chachapoyas kost twintig sol."
QUESTION = "Wat kost een kaartje voor de kabelbaan van Chachapoyas?"
LOST = {
    "id": "verloren",
    "question": "Hoeveel weegt een kaartje voor de kabelbaan van Chachapoyas?",
    "answerable": True,
    "evidence": ["weegt drie gram"],
}


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small document and the home of its index; no test writes to it."""
    folder = tmp_path_factory.mktemp("evaluation")
    (folder / "corpus").mkdir()
    text = f"# Kabelbaan\n\n{TICKET}\n\nDe bessen van Cajamarca worden in mei geplukt en in juni gedroogd."
    (folder / "corpus" / "kabelbaan.md").write_text(text, "utf-8")
    reindex(folder / "corpus", folder / "home")
    return folder


@pytest.fixture
def cableway_home(indexed: Path, tmp_path: Path) -> Path:
    """A home of that index, with the document beside it."""
    shutil.copytree(indexed, tmp_path, dirs_exist_ok=True)
    return tmp_path / "home"


@pytest.fixture
def mine(cableway_home: Path) -> Iterator[str]:
    with serving(cableway_home, corpus=cableway_home.parent / "corpus") as address:
        yield address


def write_gold(home: Path, *lines: dict[str, object]) -> None:
    (home / "gold.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def open_evaluation(page: Page) -> None:
    page.get_by_role("tab", name="Evaluation").click()
    expect(page.locator("#run p").first).to_be_visible()


def evaluate(page: Page, count: int) -> None:
    page.get_by_role("button", name="Ask the gold questions").click()
    told = page.locator("#evaluating [role=status]")
    expect(told).to_have_text(f"{count} gold questions have been asked.")


def vote(page: Page, thumb: str) -> None:
    page.locator(".turn").last.get_by_role("button", name=thumb).click()
    expect(page.locator("#told")).to_have_text("Your vote has been saved, together with the question.")


def test_the_chat_answers_while_the_questions_are_asked_and_what_failed_is_listed(
    mine: str, cableway_home: Path, open_page: OpenPage, hold: Hold
) -> None:
    go_on = hold(RunHistory, "make")
    found = [
        {"id": f"q{n}", "question": f"{QUESTION} ({n})", "answerable": True, "evidence": [TICKET]}
        for n in range(40)
    ]
    write_gold(cableway_home, *found, LOST)
    reader, asker = open_page(mine, color_scheme="dark"), open_page(mine)
    open_evaluation(reader)
    expect(reader.locator("#run")).to_contain_text("Gold questions, with known answers: 41.")
    reader.get_by_role("button", name="Ask the gold questions").click()
    reader.wait_for_selector("#evaluating label:has-text('Asking the gold questions') progress")
    ask(asker, QUESTION)
    assert reader.locator("#evaluating progress").count() == 1, "all were asked before the answer came"
    assert "twintig sol" in asker.locator(".turn blockquote").first.inner_text()
    go_on.set()
    expect(reader.locator("#evaluating")).to_have_text("41 gold questions have been asked.")
    figures = reader.locator("#run table.figures").first
    row = figures.get_by_role("row", name="success@1").locator("td").first
    expect(row).to_have_text("0.980.93–1.00")
    assert reader.locator("#run svg").count() >= 3
    failed = reader.locator("#run details[open]", has=reader.locator(".wrong")).locator(
        "tr", has_text="weegt"
    )
    expect(failed.locator("td").nth(0)).to_contain_text("Hoeveel weegt een kaartje")
    expect(failed.locator("td").nth(1)).to_have_text("weegt drie gram")
    expect(failed.locator("td").nth(2)).to_contain_text("rank of the correct passages: none of ten")
    assert violations(reader) == []


def test_a_vote_becomes_a_gold_question_that_the_next_run_counts(
    mine: str, cableway_home: Path, open_page: OpenPage
) -> None:
    write_gold(cableway_home, LOST)
    page = open_page(mine)
    open_evaluation(page)
    evaluate(page, 1)
    page.get_by_role("tab", name="Ask").click()
    ask(page, QUESTION)
    vote(page, "Good answer")
    open_evaluation(page)
    page.get_by_text("Votes to review: 1").click()
    assert violations(page) == []
    expect(page.locator("#candidates textarea")).to_have_value(re.compile(re.escape(TICKET)))
    page.locator("#candidates").get_by_role("button", name="Accept with this evidence").click()
    expect(page.locator("#decided [role=status]")).to_have_text("Accepted as a gold question.")
    expect(page.locator("#candidates")).to_be_hidden()
    evaluate(page, 2)
    against = page.locator(
        "#run section", has=page.get_by_role("heading", name="Compared with the previous run")
    )
    expect(against).to_contain_text("1 questions are in one run only.")
    expect(against.locator("tbody tr").first).to_contain_text("success@1")
    page.reload()
    open_evaluation(page)
    expect(page.locator("#run")).to_contain_text("2 questions, 1 documents")
    expect(page.locator("#run")).to_contain_text("Compared with the previous run")


def test_what_is_voted_down_is_accepted_on_evidence_from_the_sources_alone(
    mine: str, cableway_home: Path, open_page: OpenPage
) -> None:
    page = open_page(mine)
    open_evaluation(page)
    expect(page.locator("#run code")).to_have_text(
        f"rodedraad eval --home {cableway_home} --make {cableway_home / 'gold.jsonl'}"
    )
    evaluate(page, 0)
    page.get_by_role("tab", name="Ask").click()
    for question in (
        "Wie won het wereldkampioenschap voetbal van 1998?",
        "Wanneer worden de bessen geplukt?",
    ):
        ask(page, question)
        vote(page, "Bad answer")
    open_evaluation(page)
    page.get_by_text("Votes to review: 2").click()
    berries, football = page.locator("#candidates section").all()
    expect(berries.get_by_role("heading")).to_have_text("Wanneer worden de bessen geplukt?")
    for pasted, told in (
        ("", "First paste a verbatim excerpt"),
        (
            "De bessen worden in juli geplukt.",
            "No passage in the documents contains: De bessen worden in juli",
        ),
    ):
        berries.locator("textarea").fill(pasted)
        berries.get_by_role("button", name="Accept with this evidence").click()
        expect(page.locator("#decided .refused")).to_contain_text(told)
        expect(berries.locator("textarea")).to_have_value(pasted)
    football.get_by_role("button", name="Accept: no answer in the sources").click()
    expect(page.get_by_text("Votes to review: 1")).to_be_focused()
    expect(page.locator("#run")).to_contain_text("Gold questions, with known answers: 1.")
    page.locator("#candidates textarea").fill("bessen van Cajamarca worden in mei geplukt")
    page.get_by_role("button", name="Accept with this evidence").click()
    expect(page.locator("#candidates")).to_be_hidden()
    lines = [json.loads(line) for line in (cableway_home / "gold.jsonl").read_text("utf-8").splitlines()]
    assert [(line["answerable"], line.get("evidence")) for line in lines] == [
        (False, None),
        (True, ["bessen van Cajamarca worden in mei geplukt"]),
    ]


def test_a_vote_is_given_by_keyboard_stays_and_is_told_in_the_language_chosen(
    mine: str, cableway_home: Path, open_page: OpenPage
) -> None:
    page = open_page(mine, 390, 844, color_scheme="dark")
    ask(page, QUESTION)
    page.wait_for_function("document.activeElement.matches('#question textarea')")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('.votes [data-vote=down][aria-pressed=true]')")
    expect(page.locator("#told[role=status]")).to_have_text(
        "Your vote has been saved, together with the question."
    )
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('.votes [data-vote=up][aria-pressed=true]')")
    ask(page, "Wanneer worden de bessen geplukt?")
    page.locator("#languages select").select_option("fr")
    first = page.locator(".votes").first
    expect(first.get_by_role("button", name="Bonne réponse")).to_have_attribute("aria-pressed", "true")
    expect(first.get_by_role("button", name="Mauvaise réponse")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".votes").nth(1).locator("[aria-pressed=true]")).to_have_count(0)
    votes = [
        json.loads(line)["vote"]
        for line in (cableway_home / "candidates.jsonl").read_text("utf-8").splitlines()
    ]
    assert votes == ["down", "up"]
    page.get_by_role("tab", name="Évaluation").click()
    expect(page.get_by_text("Votes à examiner : 1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []


def test_no_character_of_a_question_or_a_source_is_markup(cableway_home: Path, open_page: OpenPage) -> None:
    hostile = "<img src=x onerror=window.hit=1> </textarea><svg onload=window.hit=2>"
    (cableway_home.parent / "corpus" / "b.txt").write_text(
        f"De lama draagt {hostile} naar de markt.", "utf-8"
    )
    reindex(cableway_home.parent / "corpus", cableway_home)
    write_gold(
        cableway_home, {**LOST, "id": hostile, "question": f"Wat draagt de lama {hostile}?", "kind": hostile}
    )
    with serving(cableway_home, corpus=cableway_home.parent / "corpus") as address:
        page = open_page(address)
        ask(page, f"Wat draagt de lama {hostile} naar de markt?")
        vote(page, "Good answer")
        vote(page, "Bad answer")
        open_evaluation(page)
        page.get_by_text("Votes to review: 1").click()
        page.locator("#candidates textarea").fill(hostile + "x")
        page.get_by_role("button", name="Accept with this evidence").click()
        expect(page.locator("#decided")).to_contain_text(hostile + "x")
        evaluate(page, 1)
        expect(page.locator("#run")).to_contain_text(f"Wat draagt de lama {hostile}?")
        assert page.locator(":is(#run, #candidates, #decided) :is(img, [onload])").count() == 0
        assert page.evaluate("window.hit") is None


def test_a_visitor_sees_the_last_run_and_no_more(cableway_home: Path, open_page: OpenPage) -> None:
    write_gold(cableway_home, LOST)
    with serving(cableway_home, corpus=cableway_home.parent / "corpus") as address:
        page = open_page(address)
        ask(page, QUESTION)
        vote(page, "Good answer")
        open_evaluation(page)
        evaluate(page, 1)
    with serving(cableway_home, Serving(host="0.0.0.0"), cableway_home.parent / "corpus") as address:
        page = open_page(address)
        ask(page, QUESTION)
        vote(page, "Bad answer")
        open_evaluation(page)
        expect(page.locator("#run")).to_contain_text("1 questions, 1 documents")
        assert page.locator(":is(#evaluate, #candidates, #decided)").count() == 0
