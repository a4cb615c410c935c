"""The source beside the answer, as a person reads, steps through and shares it."""

import re

from playwright.sync_api import Page

from tests.browser.test_chat import OpenPage, ask

TWO_QUOTES = "Hoe helpt TDC de mijnwerkers?"
CHOSEN = "document.querySelector('mark.chosen')?.dataset.number"
WATCH_COPY = """() => {
  const label = document.querySelector('#source .copy summary');
  window.labels = [];
  new MutationObserver(() => window.labels.push(label.textContent)).observe(label, {childList: true});
}"""
LANDED = re.compile(r"/\?document=vijf-projecten-in-peru\.txt&start=\d+&end=\d+&check=[0-9a-f]{12}$")


def open_quote(page: Page, number: int) -> None:
    page.locator(f"blockquote a.citation[data-number='{number}']").last.click()
    page.wait_for_function(f"{CHOSEN} === '{number}'")
    page.wait_for_url(LANDED)


def test_the_keyboard_steps_from_quote_to_quote_and_back_to_the_answer(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address)
    ask(page, TWO_QUOTES)
    page.locator("blockquote a.citation").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(LANDED)
    assert page.evaluate("document.activeElement.matches('mark.chosen')")
    page.locator("#source .next").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"{CHOSEN} === '2'")
    assert page.locator(".tools span").inner_text() == "Quote 2 of 2"
    assert page.evaluate("document.activeElement.className") == "step previous"
    page.keyboard.press("Enter")
    page.wait_for_function(f"{CHOSEN} === '1'")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "[1]"
    assert page.locator("mark.chosen").count() == 0
    page.wait_for_url(f"{address}/")


def test_the_back_button_goes_back_through_the_quotes(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, TWO_QUOTES)
    open_quote(page, 1)
    first = page.url
    open_quote(page, 2)
    page.go_back()
    page.wait_for_function(f"{CHOSEN} === '1'")
    assert page.url == first
    page.go_back()
    page.wait_for_function(f"!{CHOSEN}")
    assert page.url == f"{address}/"
    page.go_forward()
    page.wait_for_function(f"{CHOSEN} === '1'")


def test_a_red_thread_runs_from_the_citation_to_the_margin_beside_the_quote(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address)
    ask(page, TWO_QUOTES)
    open_quote(page, 2)
    page.wait_for_function(
        """() => {
          const box = document.querySelector('#thread path').getBoundingClientRect();
          const link = document.querySelector('blockquote a.citation[data-number="2"]');
          const text = document.querySelector('.source .text').getBoundingClientRect();
          const line = document.querySelector('mark.chosen').getClientRects()[0];
          const [left, right] = [link.getBoundingClientRect().right, text.left + 23];
          return Math.abs(box.left - left) < 8 && box.right < right && right - box.right < 12
              && (Math.abs(box.bottom - line.bottom) < 16 || Math.abs(box.top - line.top) < 16);
        }"""
    )
    page.keyboard.press("Escape")
    assert page.locator("#thread path").get_attribute("d") is None


def test_a_link_opens_its_quote_for_someone_else(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, TWO_QUOTES)
    open_quote(page, 2)
    quote = page.locator("mark.chosen").inner_text()
    other = open_page(page.url)
    other.wait_for_selector("mark.chosen")
    assert other.locator("mark").all_inner_texts() == [quote]
    assert other.locator(".turn").count() == 0
    stale = open_page(page.url.replace("check=", "check=0"))
    stale.wait_for_selector("#notice:has-text('no longer in the documents')")
    assert stale.locator("mark").count() == 0


def test_a_quote_is_copied_with_its_reference(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, TWO_QUOTES)
    open_quote(page, 1)
    quote = page.locator("mark.chosen").inner_text()
    page.evaluate(WATCH_COPY)  # the label says so for a moment only
    copied = []
    for name in ("Quote with source", "Markdown", "BibTeX", "RIS", "Link"):
        page.locator("#source .copy summary").click()
        page.locator("#source .copy button", has_text=name).click()
        page.wait_for_function("window.labels.includes('Copied')")
        copied.append(page.evaluate("navigator.clipboard.readText()"))
        page.wait_for_selector("#source .copy summary:text-is('Copy')")
        page.evaluate("window.labels = []")
    assert copied[0] == f"“{quote}” (vijf-projecten-in-peru.txt)"
    assert copied[1].startswith(f"> {quote[:40]}")
    assert copied[2].startswith("@misc{vijf-projecten-in-peru-")
    assert copied[3].startswith(f"TY  - GEN\nTI  - vijf-projecten-in-peru.txt\nLA  - nl\nN1  - “{quote[:40]}")
    assert copied[4] == page.url


def test_an_abstention_never_looks_like_an_answer(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    ask(page, "Who won the world cup of 1998?")
    assert page.locator(".turn .abstained").inner_text() == "The sources do not answer this question."
    assert page.locator(".turn blockquote").count() == page.locator(".turn blockquote.nearest").count() == 3
    assert page.locator("mark").count() == 0
    line = "p => p.getBoundingClientRect().height < 1.9 * parseFloat(getComputedStyle(p).fontSize)"
    assert all(passage.evaluate(line) for passage in page.locator("blockquote.nearest p").all())
    page.locator("blockquote.nearest a.citation").nth(1).click()
    page.wait_for_function(f"{CHOSEN} === '2'")
    assert page.locator(".tools span").inner_text() == "No answer: passage 2 of 3"
    assert page.locator(".source.nearest").count() == 1


def test_on_a_phone_the_source_lies_over_the_talk_until_one_goes_back(
    address: str, open_page: OpenPage
) -> None:
    page = open_page(address, width=390, height=844)
    ask(page, TWO_QUOTES)
    assert not page.locator("#source article").is_visible()
    open_quote(page, 2)
    page.wait_for_function(
        """() => {
          const box = document.querySelector('mark.chosen').getBoundingClientRect();
          return box.top > 0 && box.bottom < innerHeight;
        }"""
    )
    page.go_back()
    page.wait_for_function("document.querySelector('#right').offsetParent === null")
    assert page.locator(".turn").is_visible()
