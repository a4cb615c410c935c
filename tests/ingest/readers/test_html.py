"""HTML: the main text of a web page, whole, and nothing of what is around it."""

import pytest

from tests.ingest.readers.reading import headings, read

TITLE = "Vrouwen breien zich een inkomen"


def page(between: str, opening: str = "<div>", closing: str = "</div>") -> bytes:
    parts = [
        f"<html lang=nl><head><title>{TITLE}</title></head><body>",
        "<header><a href=/>Thuis</a></header>",
        "<nav><ul><li><a href=/a>Over ons</a></li><li><a href=/b>Contact</a></li></ul></nav>",
        f"{opening}<h1>{TITLE}</h1>",
    ]
    for town, people in (("Lima", 37), ("Puno", 74), ("Piura", 111)):
        parts += [
            f"<h2>{town}</h2>",
            f"<p>In {town} breien {people} vrouwen truien van de wol van alpaca’s, die ze zelf spinnen.</p>",
            f"<ul><li>wol uit {town}</li>",
            f"<li>een winkel voor {people} vrouwen</li></ul>",
        ]
    parts += [f"{closing}<footer>Alle rechten voorbehouden</footer></body></html>"]
    return between.join(parts).encode()


EXPECTED = f"{TITLE}\n\n" + "\n\n".join(
    f"{town}\n\nIn {town} breien {people} vrouwen truien van de wol van alpaca’s, die ze zelf spinnen.\n\n"
    f"• wol uit {town}\n• een winkel voor {people} vrouwen"
    for town, people in (("Lima", 37), ("Puno", 74), ("Piura", 111))
)


@pytest.mark.parametrize("between", ["", "\n", "\n\n   "], ids=["on one line", "lines", "indented"])
@pytest.mark.parametrize("container", ["div", "article", "main", "section"])
def test_a_page_keeps_its_headings_and_lists_however_its_source_is_set(between, container):
    document = read("a.html", page(between, f"<{container}>", f"</{container}>"))
    assert document.text == EXPECTED
    assert headings(document) == [TITLE, "Lima", "Puno", "Piura"]
    assert document.title == TITLE


def test_the_header_of_an_article_is_part_of_it():
    html = page("\n", "<article><header>", "</article>").replace(b"</h1>", b"</h1></header>")
    assert read("a.html", html).text == EXPECTED


def test_a_page_without_a_date_has_none():
    html = page("") + b"<p>In 1995-01-01 en 2003 was er nog niets.</p>"
    assert read("a.html", html).citation.date is None
    dated = page("").replace(
        b"<title>", b'<meta property="article:published_time" content="2015-12-01"><title>'
    )
    assert read("a.html", dated).citation.date == "2015-12-01"


def test_characters_that_no_xml_may_hold_are_left_out():
    html = page("").replace(TITLE.encode(), b"\x0b\xef\xbf\xbfV\x01r\x0couwen")
    assert read("a.html", html).title.replace(" ", "") == "Vrouwen"


@pytest.mark.slow
def test_a_list_of_fifty_thousand_items_is_read_whole():
    items = "".join(f"<li>dorp nummer {n} aan de rivier</li>" for n in range(50_000))
    document = read("a.html", f"<html><body><ul>{items}</ul></body></html>".encode())
    assert document.text.count("\n") == 49_999
    assert document.text.endswith("\n• dorp nummer 49999 aan de rivier")


def test_numbers_of_lists_quotations_and_words_are_those_that_a_browser_shows():
    page = (
        '<ol reversed><li>drie<li>twee<li>een</ol><ol style="list-style-type:lower-alpha"><li>x<li>y</ol>'
        "<p>Hij zei <q>kom</q> 10<sup>-3</sup>.</p><p><span>Maandag</span><span>09:00</span></p>"
    )
    assert read("a.html", page.encode()).text == (
        "3. drie\n2. twee\n1. een\n\na. x\nb. y\n\nHij zei “kom” 10⁻³.\n\nMaandag 09:00"
    )


def test_what_was_typed_and_ticked_in_a_form_is_read():
    form = (
        "<h1>Aanvraag</h1><table><tr><td>Naam<td><input value=Tessa><tr><td>Soort<td><select><option>Bezoek"
        "<option selected>Bewoner</select><tr><td>Akkoord<td><input type=checkbox checked>ja "
        "<input type=radio>nee<tr><td>Uitleg<td><textarea>Twee auto's.</textarea></table>"
        "<input type=hidden value=x><input type=submit value=Verzend><input type=password value=geheim>"
        "<ul><li><input type=checkbox checked> brood<li><input class=menu-toggle type=checkbox> melk</ul>"
    )
    assert read("a.html", form.encode()).text == (
        "Aanvraag\n\nNaam | Tessa\nSoort | Bewoner\nAkkoord | ☒ ja ☐ nee\nUitleg | Twee auto's.\n\n"
        "• ☒ brood\n• melk"
    )


def test_the_letters_of_a_list_from_google_docs_are_those_that_it_shows():
    style = (
        '.lst-a-0>li:before{content:"" counter(lst-ctn-a-0,lower-latin) ") "}.lst-b>li:before{content:"● "}'
    )
    page = (
        f'<style>{style}</style><ol class="lst-a-0 start" start="2"><li>twee<li>drie</ol>'
        '<ol class="lst-b"><li>een</ol>'
    )
    assert read("a.html", page.encode()).text == "b) twee\nc) drie\n\n1. een"
