"""Markdown: notes, definitions and front matter are text, and what only looks like a tag."""

import pytest

from rodedraad.ingest.readers.markdown import read_markdown
from tests.ingest.readers.reading import read


def lines(text: str) -> list[str]:
    return [line.text for line in read_markdown(text.encode()).lines]


def test_footnotes_stand_where_they_are_defined():
    assert lines(
        "Zes keer per dag[^tel], zie[^site].\n\n[^tel]: 0900-5550177\n[^site]: https://bus.example\n"
        "[^3]: Niet op feestdagen\n    en zondagen.\n\n    Wel in mei.\n\nSlot."
    ) == [
        "Zes keer per dag[^tel], zie[^site].",
        "[^tel]: 0900-5550177",
        "[^site]: https://bus.example",
        "[^3]: Niet op feestdagen en zondagen.",
        "Wel in mei.",
        "Slot.",
    ]


def test_definitions_are_text_unless_a_link_uses_their_address_or_they_are_comments():
    assert lines(
        "Zie [de site][1].\n\n[1]: https://a.example\n[Chauffeur]: Wessel\n[Chauffeur]: Anne\n"
        "[bron]: https://b.example 'Bron'\n[//]: # (geheim)\n[comment]: <> (geheim)\n"
    ) == [
        "Zie de site.",
        "[Chauffeur]: Wessel",
        "[Chauffeur]: Anne",
        "[bron]: https://b.example 'Bron'",
    ]
    assert lines("```\n[^1]: code\n```\n") == ["[^1]: code"]


def test_what_is_no_tag_is_text():
    assert lines("Typ <gebruikersnaam>@school.nl. De code is <zes cijfers> lang, zet <code> of <Naam>.") == [
        "Typ <gebruikersnaam>@school.nl. De code is <zes cijfers> lang, zet <code> of <Naam>."
    ]
    assert lines("<bestand>\n\nAls a < b, dan <b>vet</b> en <kbd>Ctrl</kbd>.") == [
        "<bestand>",
        "Als a < b, dan vet en Ctrl.",
    ]
    assert lines("<Tip>Let op.</Tip> <my-icon/> Klaar.") == ["Let op. Klaar."]


def test_wiki_links_show_their_text():
    assert lines("Zie [[Pagina|de pagina]], [[Andere]] en ![[foto.png]]; `[[code]]`, [[1]](http://x).") == [
        "Zie de pagina, Andere en foto.png; [[code]], [1]."
    ]


def test_struck_out_text_is_left_out():
    assert lines("Een kano kost ~~30~~ 22 euro.") == ["Een kano kost 22 euro."]


@pytest.mark.parametrize(
    "matter",
    [
        "---\ntitle: Snert\ntags: [soep, winter]\nbereiding:\n  tijd: 90 minuten\n---\n",
        '+++\ntitle = "Snert"\ntags = ["soep", "winter"]\n[bereiding]\ntijd = "90 minuten"\n+++\n',
        "--- \r\ntitle: Snert\r\ntags:\r\n- soep\r\n- winter\r\nbereiding: {tijd: 90 minuten}\r\n...\r\n",
    ],
    ids=["yaml", "toml", "yaml with dots"],
)
def test_front_matter_beyond_the_citation_is_text(matter):
    assert lines(matter + "Week de erwten.") == [
        "tags: soep, winter",
        "bereiding.tijd: 90 minuten",
        "Week de erwten.",
    ]
    assert read_markdown(matter.encode()).citation.title == "Snert"


def test_front_matter_that_cannot_be_parsed_is_text():
    assert lines("---\ntitle: Soep: de beste\n---\nTekst.") == ["title: Soep: de beste", "Tekst."]
    assert lines("---\nGewone tekst.\n---\nMeer.") == ["Gewone tekst.", "Meer."]


def test_the_first_heading_is_the_title_below_front_matter_without_one():
    content = read_markdown(b"---\ntags: [a]\n---\n# Een\n\n# Twee\n")
    assert content.citation.title == "Een"


def test_rows_and_headings_of_pandoc_stay_lines():
    text = read("a.md", b"# Kop {#een .klas}\n\n+---+---+\n| a | b |\n+---+---+\n\n| Straat 1\n| Ede\n").text
    assert text == "Kop\n\n+---+---+\n| a | b |\n+---+---+\n\n| Straat 1\n| Ede"
