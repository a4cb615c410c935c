"""The evaluation report, as a browser draws it."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from rodedraad.evaluation.plots_svg import plots
from rodedraad.evaluation.report_html import report_html
from rodedraad.evaluation.run_file import Run
from rodedraad.page.theme import STYLES
from rodedraad.texts.phrases import SPOKEN
from tests.browser.test_hostile import ATTACKS

DRAWN = """() => [...document.querySelectorAll('svg text, svg polyline, svg circle')].every(part => {
  const inner = part.getBoundingClientRect(), outer = part.closest('svg').getBoundingClientRect();
  return inner.left >= outer.left - 1 && inner.right <= outer.right + 1
      && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
})"""


@pytest.mark.parametrize(
    ("width", "scheme", "paper"), [(1280, "light", "rgb(255, 255, 255)"), (390, "dark", "rgb(23, 22, 21)")]
)
def test_the_report_fits_its_window_and_folds_what_went_right(
    browser: Browser, tmp_path: Path, width: int, scheme: Literal["light", "dark"], paper: str
) -> None:
    run = Run.load(Path(__file__).parents[1] / "evaluation" / "figures.json")
    path = tmp_path / "report.html"
    path.write_text(report_html(run, run.figures()), "utf-8")
    complaints: list[str] = []
    with browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: complaints.append(request.url))
        page.goto(path.as_uri())
        assert complaints == [path.as_uri()]  # the page itself, and nothing else
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == paper
        assert page.locator("svg").count() == 4
        assert page.evaluate(DRAWN), "a plot is cut off"
        right = page.locator("details", has=page.locator(".right")).first
        row = right.locator(".questions tbody tr").first
        assert not row.is_visible()
        right.locator("summary").click()
        assert row.is_visible()


def test_an_attack_in_questions_quotes_and_names_is_text_and_nothing_else(
    browser: Browser, tmp_path: Path
) -> None:
    run = Run.load(Path(__file__).parents[1] / "evaluation" / "figures.json")
    harmless = run.outcomes[0]
    hostile = [
        replace(
            harmless, id=attack, question=attack, understood_as=attack, lang=attack, kind=attack, same=attack,
            source=attack, wanted=attack, quotes=(attack, attack), found=(attack,),
        )
        for attack in ATTACKS
    ]  # fmt: skip
    made_by = dict.fromkeys(("model", "settings", "without"), ATTACKS[0] + ATTACKS[5])
    run = replace(run, command=ATTACKS[0], made_by={**run.made_by, **made_by}, outcomes=tuple(hostile))
    path = tmp_path / "report.html"
    path.write_text(report_html(run, run.figures()), "utf-8")
    requested: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: requested.append(request.url))
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
        page.wait_for_load_state("networkidle")
        assert requested == [path.as_uri()]
        assert page.evaluate("window.hit") is None
        assert page.locator("script, iframe, img, link, base, form, a[href^='javascript']").count() == 0
        shown = page.locator("body").inner_text()
        assert [attack for attack in ATTACKS if attack not in shown] == []


@pytest.mark.parametrize("language", SPOKEN)
def test_no_label_of_a_plot_is_cut_off(browser: Browser, language: str) -> None:
    run = Run.load(Path(__file__).parents[1] / "evaluation" / "figures.json")
    css, figures = STYLES[0].read_text("utf-8"), "".join(plots(run.outcomes, language))
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.set_content(f'<style>{css}</style><body class="report"><main><div class="plots">{figures}')
        assert page.locator("svg").count() == 4
        assert page.evaluate(DRAWN)
