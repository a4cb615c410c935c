"""Citation formats: what is copied holds the quote to the letter, and its place."""

from dataclasses import replace
from html import unescape

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rodedraad.answering.citation_formats import bibtex, markdown, plain
from rodedraad.answering.place import Place
from rodedraad.ingest.documents import Citation, Document, Heading

TEXT = "Eerst dit. In 2014 was dat al 700 ton & meer: 50 % {zeker}."


def a_place(text: str = TEXT, start: int = 11, end: int = len(TEXT)) -> Place:
    citation = Citation(
        "Cacao & koffie", "Noémie Nyst", "Wereld_Kring", "2015-12-01", "https://example.org/a_b"
    )
    return Place(1, Document("map/cacao.pdf", "", "nl", citation, text, (0, 5)), start, end)


def test_plain_text_quotes_and_names_the_source() -> None:
    assert plain(a_place()) == (
        "“In 2014 was dat al 700 ton & meer: 50 % {zeker}.” "
        "(Cacao & koffie, Noémie Nyst, Wereld_Kring, 2015-12-01, p. 2, https://example.org/a_b)"
    )


def test_the_section_is_named_where_it_adds_something() -> None:
    text = "Goud\n\nGoud is zwaar.\n\nIn Peru\n\nDaar graven velen."
    headings = (Heading(0, 4, None), Heading(22, 29, 0))
    document = Document("goud.md", "", "nl", Citation("Goud"), text, (0, 22), headings)
    assert plain(Place(1, document, 31, 49)) == "“Daar graven velen.” (Goud, § In Peru, p. 2)"
    assert plain(Place(1, document, 6, 20)) == "“Goud is zwaar.” (Goud, p. 1)"
    assert plain(Place(1, document, 22, 29)) == "“In Peru” (Goud, p. 2)"
    long = replace(
        document, text=text.replace("In Peru", "Een lange kop " * 10), headings=(Heading(22, 161, None),)
    )
    assert plain(Place(1, long, 164, 182)) == (
        "“Daar graven velen.” (Goud, § Een lange kop Een lange kop Een lange kop Een lange kop Een lange kop "
        "Een lange…, p. 2)"
    )


def test_markdown_is_a_block_quotation() -> None:
    assert markdown(a_place(end=40)) == (
        "> In 2014 was dat al 700 ton \\& \n>\n> — Cacao \\& koffie, Noémie Nyst, Wereld\\_Kring, "
        "2015-12-01, p. 2, https://example.org/a\\_b"
    )


def test_bibtex_escapes_what_tex_would_read() -> None:
    assert bibtex(a_place()) == (
        "@misc{map-cacao-11,\n"
        "  title = {Cacao \\& koffie},\n"
        "  author = {Noémie Nyst},\n"
        "  publisher = {Wereld\\_Kring},\n"
        "  date = {2015-12-01},\n"
        "  pages = {2},\n"
        "  url = {https://example.org/a\\_b},\n"
        "  langid = {nl},\n"
        "  note = {“In 2014 was dat al 700 ton \\& meer: 50 \\% \\{zeker\\}.”}\n}"
    )


def test_a_file_inside_another_is_named_with_that_one() -> None:
    member = ("post.eml", "bijlagen/brief.pdf")
    pdf = Document("map/b.zip/post.eml/bijlagen/brief.pdf", "", "nl", Citation(), "Een.", (0,), member=member)
    assert plain(Place(1, pdf, 0, 4)) == "“Een.” (bijlagen/brief.pdf, p. 1, in map/b.zip/post.eml)"
    assert bibtex(Place(1, pdf, 0, 4)) == (
        "@misc{map-b-zip-post-eml-bijlagen-brief-0,\n"
        "  title = {bijlagen/brief.pdf},\n"
        "  pages = {1},\n"
        "  howpublished = {in map/b.zip/post.eml},\n"
        "  langid = {nl},\n"
        "  note = {“Een.”}\n}"
    )
    titled = replace(pdf, citation=Citation("De brief", "A. Boer", url="https://example.org"))
    assert plain(Place(1, titled, 0, 4)) == (
        "“Een.” (De brief, A. Boer, p. 1, in map/b.zip/post.eml, https://example.org)"
    )


def test_a_document_without_a_citation_is_named_by_its_file() -> None:
    place = Place(1, Document("é.txt", "", "nl", Citation(), "Niets.", ()), 0, 6)
    assert plain(place) == "“Niets.” (é.txt)"
    assert bibtex(place).startswith("@misc{document-0,\n  title = {é.txt},\n  langid = {nl},")


@given(st.text(st.sampled_from("ab1 .)-+=*_`#[](){}<>!|~&\\\"'\n"), min_size=1).filter(str.strip))
def test_markdown_shows_the_quote_and_no_markup(text: str) -> None:
    html = MarkdownIt("gfm-like", {"linkify": False}).render(markdown(a_place(text, 0, len(text))))
    shown = html.split("<p>—")[0]
    for tag in ("<blockquote>", "</blockquote>", "<p>", "</p>"):
        shown = shown.replace(tag, "")
    assert unescape(shown).split() == text.split()
