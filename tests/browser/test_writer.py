"""The writer on the page, as a person uses it: the switch, the sentence, consent, failures, translation."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rodedraad.server.serve import Serving
from rodedraad.writing.writer import Writer
from tests.browser.test_access import violations
from tests.browser.test_chat import OpenPage, ask
from tests.servers import serving
from tests.writing.models import Play, Request, playing, replying, saying

FAMILIES = "How many families work in the coffee sector?"
DUTCH = "In de koffiesector in Peru zijn 225.000 gezinnen werkzaam."


@pytest.fixture(scope="module")
def own_home(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(home, tmp_path_factory.mktemp("writer") / "home"))


@contextmanager
def written_by(play: Play, home: Path) -> Iterator[str]:
    """The address of a server whose writer is played."""
    with playing(play) as model, serving(home, Serving(writer=Writer(model.url, "small", 20))) as address:
        yield address


def switch_on(page: Page) -> None:
    page.check("#writer [role=switch]")


def test_a_sentence_comes_beneath_the_quotes_and_its_citation_leads_to_the_source(
    own_home: Path, open_page: OpenPage
) -> None:
    with written_by(saying(DUTCH, "In Peru werken 900.000 gezinnen.", seconds=0.05), own_home) as address:
        page = open_page(address)
        expect(page.locator("#writer label")).to_contain_text("Also answer in a sentence")
        expect(page.locator("#writer small")).to_have_text("small, on this machine")
        ask(page, FAMILIES)
        expect(page.locator(".written")).to_have_count(0)
        switch_on(page)
        expect(page.locator(".written .sentence")).to_have_text(f"{DUTCH} [1]")
        expect(page.locator(".written .aside")).to_have_count(1)  # it is done
        expect(page.locator(".written .aside")).to_have_text(
            "In a sentence, by small. Every part is in the quotes:"
        )
        quotes = page.locator("blockquote.lead").bounding_box()
        sentence = page.locator(".written").bounding_box()
        assert quotes
        assert sentence
        assert quotes["y"] + quotes["height"] < sentence["y"]
        page.click(".written a.citation")
        page.wait_for_selector("mark.chosen:has-text('225.000 gezinnen')")
        ask(page, "Sinds wanneer steunt het TDC het project van Royal Knit?")
        expect(page.locator(".written")).to_have_count(2)  # one is kept, another is written
        expect(page.locator(".written").nth(1)).to_contain_text("was not supported by the quotes")
        page.reload()
        expect(page.locator(".written .sentence")).to_have_text(f"{DUTCH} [1]")
        assert violations(page) == []


def test_nothing_is_sent_elsewhere_before_somebody_agrees(own_home: Path, open_page: OpenPage) -> None:
    writer = Writer("http://192.0.2.1:9/v1", "large", 1)  # an address that nobody has (RFC 5737)
    with serving(own_home, Serving(writer=writer)) as address:
        page = open_page(address, 390, 844, locale="nl")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url.rpartition("/")[2]))
        expect(page.locator("#writer small")).to_have_text("large, op 192.0.2.1:9")
        switch_on(page)
        expect(page.locator("#writer .consent")).to_contain_text(
            "Uw vragen in dit gesprek en de citaten worden naar 192.0.2.1:9 gestuurd."
        )
        ask(page, "Hoeveel gezinnen werken er in de koffiesector?")
        page.wait_for_selector("blockquote.lead")
        assert "write" not in sent
        assert violations(page) == []
        page.click("#writer .agree")
        expect(page.locator(".written .why")).to_have_text(
            re.compile("Het taalmodel (was na 1 s niet klaar|op 192.0.2.1:9 is niet bereikbaar).")
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.reload()
        expect(page.locator("#writer [role=switch]")).to_be_checked()
        expect(page.locator("#writer .consent")).to_be_hidden()


def test_a_failure_is_a_line_and_markup_is_text(own_home: Path, open_page: OpenPage) -> None:
    def refuse(request: Request) -> None:
        request.start(401, "application/json")

    with written_by(refuse, own_home) as address:
        page = open_page(address, locale="fr")
        switch_on(page)
        ask(page, FAMILIES)
        expect(page.locator(".written .why")).to_have_text("Le modèle de langue refuse la clé (statut 401).")
        expect(page.locator("blockquote.lead")).to_contain_text("225.000 gezinnen")
    with written_by(
        saying(f"<b>{DUTCH}</b><img src=x onerror=document.title='hit'>", DUTCH), own_home
    ) as address:
        page = open_page(address)
        switch_on(page)
        ask(page, FAMILIES)
        expect(page.locator(".written .sentence")).to_contain_text(DUTCH)
        assert page.locator(".written :is(b, img)").count() == 0
        assert page.title() != "hit"


def test_a_quote_is_translated_at_a_click(own_home: Path, open_page: OpenPage) -> None:
    told = (
        "In the coffee sector in Peru 225,000 families are active who work 425,000 hectares, so without "
        "doubt a strategic sector in which producers invest."
    )
    with written_by(replying(f'{{"translation": "{told}"}}'), own_home) as address:
        page = open_page(address)
        switch_on(page)
        ask(page, FAMILIES)
        page.click(".turn .translate")
        expect(page.locator(".translation p").nth(0)).to_have_text(
            "Translated by small, not checked word by word:"
        )
        expect(page.locator(".translation p").nth(1)).to_have_text(told)
        expect(page.locator("blockquote.lead > [data-gloss]")).to_contain_text("225.000 gezinnen")
