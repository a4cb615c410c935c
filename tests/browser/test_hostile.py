"""Hostile documents, questions and links: shown as they are, never run, and nothing is fetched for them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Page

from rodedraad.answering import conversation
from rodedraad.answering.answer import Answer
from rodedraad.index.build import reindex
from rodedraad.page import chat_events, chat_tab
from rodedraad.server import serve
from tests.browser.test_chat import ask
from tests.servers import PATIENCE, serving, until

ATTACKS = (
    '<img src=x onerror="window.hit=1">',
    "<script>window.hit=2</script>",
    "${window.hit=3} {{window.hit=4}}",
    "<iframe srcdoc='<script>parent.hit=5</script>'></iframe>",
    "<svg onload=window.hit=6></svg>",
    '<a href="javascript:window.hit=7" class="citation" data-turn="0" data-number="1">klik</a>',
    "<img src='http://203.0.113.7/teller.png'><link rel=stylesheet href=//203.0.113.7/a.css>",
    "![teller](http://203.0.113.7/teller.png) [klik](javascript:window.hit=8)",
    "<style>body{background:url(http://203.0.113.7/b.png)}</style>",
    "</mark></div><base href='http://203.0.113.7/'><form action='http://203.0.113.7/'><button>x</button>",
)
QUESTION = "Wat draagt de lama naar de markt"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over documents whose text, name and citation attack."""
    folder = tmp_path_factory.mktemp("hostile")
    corpus = folder / "corpus"
    corpus.mkdir()
    text = "".join(f"De lama draagt {attack} een mand naar de markt. " for attack in ATTACKS)
    name = "<img src=x onerror=window.hit=9>'\".txt"
    (corpus / name).write_text(text, "utf-8")
    quoted = "\n".join(f"{field} = '''{ATTACKS[0]}{ATTACKS[5]}'''" for field in ("title", "author", "url"))
    (corpus / "sources.toml").write_text(f'["{name[:-5]}\\".txt"]\n{quoted}\n', "utf-8")
    reindex(corpus, folder / "home")
    with serving(folder / "home") as address:
        yield address


def watch(page: Page) -> list[str]:
    """Every address that the page asks for from here on."""
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    return requested


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_text_and_nothing_else(
    hostile: str, open_page: Callable[..., Page], attack: str
) -> None:
    page = open_page(hostile)
    requested = watch(page)
    ask(page, f"{QUESTION} {attack}?")
    page.locator("a.citation").first.click()
    page.wait_for_selector("mark.chosen")
    assert f"De lama draagt {attack} een mand" in " ".join(
        page.locator(".source .text").text_content().split()
    )
    assert attack in page.locator(".turn .question").inner_text()
    for pane in (".source", ".turn"):
        assert (
            page.locator(f"{pane} :is(img, iframe, script, svg, style, link, base, form[action])").count()
            == 0
        )
    assert page.locator("a[href^='javascript']").count() == 0
    page.wait_for_timeout(100)
    assert page.evaluate("window.hit") is None
    assert [url for url in requested if not url.startswith(hostile)] == []


def test_should_markup_slip_in_the_policy_still_stops_it(
    hostile: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(hostile)
    page.wait_for_selector(".talk")
    loaded: list[str] = []
    page.on("response", lambda response: loaded.append(response.url))
    page.evaluate("html => { document.querySelector('.talk').innerHTML = html; }", "".join(ATTACKS))
    page.evaluate(
        """() => { const script = document.createElement('div');
        script.innerHTML = '<button onclick="window.hit=10">x</button>'; document.body.append(script);
        script.firstChild.click(); }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    assert [url for url in loaded if not url.startswith((hostile, "data:"))] == []


def test_a_hostile_link_shows_its_notice_and_nothing_else(
    hostile: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(
        f"{hostile}/?document=%3Cscript%3Ewindow.hit=1%3C/script%3E&start=0&end=9&check=%3Cimg%20src=x%3E"
    )
    page.wait_for_selector("#notice:has-text('no longer in the documents')")
    assert page.evaluate("window.hit") is None


def test_no_other_page_can_frame_it(hostile: str, open_page: Callable[..., Page]) -> None:
    page = open_page(hostile)
    page.route("http://elsewhere.test/*", lambda route: route.fulfill(
        content_type="text/html", body=f"<iframe src='{hostile}/'></iframe>"))  # fmt: skip
    page.goto("http://elsewhere.test/")
    page.frames[1].wait_for_url(re.compile("^chrome-error:"))


def test_who_finds_the_queue_full_reads_so_and_keeps_the_question(
    home: Path, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "WAITING", 0)
    monkeypatch.setattr(chat_tab, "QUESTIONS_AT_ONCE", 1)
    asked, go_on = Event(), Event()

    def held(*given: Any, **more: Any) -> Answer:
        asked.set()
        assert go_on.wait(PATIENCE)
        return conversation.ask(*given, **more)

    monkeypatch.setattr(chat_events, "ask", held)
    with serving(home) as address:
        first, page = open_page(address), open_page(address)
        first.fill("#question textarea", QUESTION)
        first.press("#question textarea", "Enter")
        until(lambda: first.wait_for_timeout(10) or asked.is_set())
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        page.wait_for_selector("text=The server is busy.")
        go_on.set()
        first.wait_for_selector(".turn")
        assert page.input_value("#question textarea") == QUESTION
