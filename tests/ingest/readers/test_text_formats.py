"""Text formats: the bytes of text and Markdown files become pages of raw text."""

import codecs
import string
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.formats import SUFFIXES, reader
from rodedraad.ingest.readers.markdown import read_markdown
from rodedraad.ingest.readers.text import decode, read_text
from rodedraad.ingest.reflow import reflow

# What people type: no control characters but line breaks, no surrogates, no byte order mark.
TEXT = st.text(
    st.one_of(
        st.sampled_from("\n\t"),
        st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufeff"),
    )
)
LATIN = st.text(string.ascii_letters + string.digits + " .,:;!?\n" + "éèëïöüñçÉß¿¡«»°ø", min_size=2)
CP1252 = st.lists(
    st.sampled_from(
        "een café coöperatie naïef Übung où français España “goud” ‘s € 5 foto’s – — zo… œuf l’été è".split(
            " "
        )
    )
).map(" ".join)


def markdown(text: str) -> str:
    return reflow(read_markdown(text.encode()).lines, "nl").text


@settings(deadline=None, max_examples=100)
@given(TEXT)
def test_utf_8_with_and_without_a_mark_is_read_as_written(text: str) -> None:
    assert decode(text.encode("utf-8")) == text
    assert decode(codecs.BOM_UTF8 + text.encode("utf-8")) == text


@settings(deadline=None, max_examples=100)
@given(TEXT)
def test_utf_16_and_utf_32_with_a_mark_are_read_as_written(text: str) -> None:
    assert decode(codecs.BOM_UTF16_BE + text.encode("utf-16-be")) == text
    assert decode(codecs.BOM_UTF32_LE + text.encode("utf-32-le")) == text
    assert decode(codecs.BOM_UTF32_BE + text.encode("utf-32-be")) == text
    assert decode(codecs.BOM_UTF16_LE + text.encode("utf-16-le")) == text


@settings(deadline=None, max_examples=100)
@given(LATIN, st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_utf_16_without_a_mark_is_recognised_in_latin_text(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@settings(deadline=None, max_examples=100)
@given(CP1252)
def test_windows_1252_is_read_where_the_bytes_are_no_utf_8(text: str) -> None:
    data = text.encode("cp1252")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        assert decode(data) == text
    else:
        assume(text.isascii())
        assert decode(data) == text


def test_a_dutch_sentence_in_each_encoding() -> None:
    assert decode(b"Deze co\xc3\xb6peratie") == "Deze coöperatie"
    assert decode(b"\xef\xbb\xbfDeze co\xc3\xb6peratie") == "Deze coöperatie"
    assert decode(b"Deze co\xf6peratie \x96 \x93goud\x94") == "Deze coöperatie – “goud”"
    assert decode(b"\xff\xfec\x00o\x00\xf6\x00p\x00") == "coöp"
    assert decode(b"\xfe\xff\x00c\x00o\x00\xf6\x00p") == "coöp"
    assert decode(b"c\x00o\x00\xf6\x00p\x00") == "coöp"
    assert decode(b"\x00c\x00o\x00\xf6\x00p") == "coöp"


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.builds(
            bytes.__add__,
            st.sampled_from([codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE]),
            st.binary(max_size=40),
        ),
    ),
    st.sampled_from(SUFFIXES),
)
def test_any_bytes_are_a_document_or_unreadable(data: bytes, suffix: str) -> None:
    try:
        content = reader(suffix)(data)
    except UnreadableDocument:
        return
    assert all(line.text == " ".join(line.text.split()) for line in content.lines)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00\x02\x00\x08\x06",
        b"\x00" * 100,
        bytes(range(1, 128)) * 20,
        b"\x81\x8d\x8f\x90\x9d",
        b"\xff\xfea",
        b"\xff\xfe\x00\xd8",
    ],
    ids=[
        "png",
        "only nuls",
        "control characters",
        "undefined in cp1252",
        "half a character of utf-16",
        "a lone surrogate in utf-16",
    ],
)
def test_what_is_not_text_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="it is not text"):
        decode(data)


def test_noise_is_not_text() -> None:
    noise, state = bytearray(), 1
    for _ in range(5000):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        noise.append(state >> 16 & 255)
    with pytest.raises(UnreadableDocument):
        decode(bytes(noise))


def test_a_stray_control_character_is_forgiven() -> None:
    assert decode(b"Een zin. " * 100 + b"\x02") == "Een zin. " * 100 + "\x02"
    assert decode(b"Een korte zin\x02.") == "Een korte zin\x02."
    assert decode(b"een NUL \x00 in gewone tekst") == "een NUL \x00 in gewone tekst"


def test_a_stray_byte_leaves_the_rest_utf_8() -> None:
    text = "De coöperatie in de regio’s Piura en Apurímac – één van de grootste – verkoopt café. " * 4
    assert decode(text.encode() + b"caf\xe9") == text + "café"
    assert decode(b"\xe9\x81\n" + text.encode()) == "é\ufffd\n" + text
    assert decode(b"\xef\xbb\xbfco\xf6peratie") == "coöperatie"


def test_an_empty_file_holds_empty_text() -> None:
    assert decode(b"") == ""
    assert decode(codecs.BOM_UTF16_LE) == ""
    assert markdown("") == ""


def test_form_feeds_part_the_pages_of_a_text_file() -> None:
    content = read_text(b"een\n\ftwee\n\f")
    assert content.paged
    assert [(line.page, line.text) for line in content.lines] == [(0, "een"), (1, "twee")]


def test_markdown_headings_and_paragraphs_are_blocks() -> None:
    assert markdown("# Peru #\n\nEen *heel* __mooi__\nland.\n\nLima\n----\nDe hoofdstad.") == (
        "Peru\n\nEen heel mooi land.\n\nLima\n\nDe hoofdstad."
    )


def test_markdown_lists_keep_their_items_apart() -> None:
    assert markdown("- koffie\n- cacao\n  - criollo\n\n1. goud\n2. hout\n") == (
        "• koffie\n• cacao\n• criollo\n1. goud\n2. hout"
    )


def test_a_row_of_a_markdown_table_is_a_line() -> None:
    assert markdown("| Product | Ton |\n|---|--:|\n| **cacao** | 700 |\n\nEinde.") == (
        "Product | Ton\ncacao | 700\n\nEinde."
    )


def test_markdown_links_and_pictures_show_their_text() -> None:
    assert markdown('Zie [de *site*](https://example.org "t") en ![een foto](a.png).') == (
        "Zie de site en een foto."
    )
    assert markdown("Zie [de site][1] of <https://example.org>.\n\n[1]: https://a.example") == (
        "Zie de site of https://example.org."
    )


def test_markdown_code_stays_as_it_is() -> None:
    assert markdown("Typ `make *chat*`:\n\n```sh\nmake  chat\n# klaar\n```\n\n    ls *.md\n") == (
        "Typ make *chat*:\n\nmake chat\n# klaar\n\nls *.md"
    )
    assert markdown("Schrijf `<br>` voor een nieuwe regel.") == ("Schrijf <br> voor een nieuwe regel.")


def test_markdown_line_breaks_quotes_escapes_and_entities() -> None:
    assert markdown("> Eerlijk goud  \n> is beter.\n\n\\*caf&eacute;\\* &amp; meer") == (
        "Eerlijk goud\nis beter.\n\n*café* & meer"
    )


@pytest.mark.parametrize("text", ["---\ntitle: Peru\n---\n", "---\r\ntitle: Peru\r\n---\r\n"])
def test_front_matter_is_no_text(text: str) -> None:
    assert markdown(text + "\nOnze tocht.") == "Onze tocht."
    assert markdown(text) == ""
    assert markdown(text.rstrip()) == ""


def test_front_matter_stands_only_at_the_start() -> None:
    assert markdown("Onze tocht.\n\n---\ntitel\n\n---\n") == "Onze tocht.\n\ntitel"


def test_html_in_markdown_shows_its_text() -> None:
    assert markdown("Een <b>heel</b> mooi <!-- te --> land.") == "Een heel mooi land."
    assert markdown('<div class="x">caf&eacute; &amp; <em>bar</em></div>') == "café & bar"


def test_html_in_markdown_keeps_words_of_two_lines_apart() -> None:
    assert markdown("Straat 1<br>Lima<br/>Peru") == "Straat 1\nLima\nPeru"
    assert markdown("<table><tr><td>cacao</td><td>700</td></tr></table>") == "cacao | 700"


@pytest.mark.parametrize(
    "html",
    [
        "<!-- a > b -->",
        "<!-- nooit gesloten",
        "<script>\nif (a > b) alert(1)\n</script>",
        "<STYLE>p > a { color: red }</STYLE>",
    ],
)
def test_html_that_nobody_sees_is_no_text(html: str) -> None:
    assert markdown(html) == ""


@pytest.mark.parametrize(
    "text", ["woord " * 350_000, "a" * 2_000_000, "<div " + "<" * 300_000, "<!--" * 300_000]
)
def test_a_very_long_line_of_markdown_is_read_soon(text: str) -> None:
    started = time.perf_counter()
    markdown(text)
    assert time.perf_counter() - started < 5
