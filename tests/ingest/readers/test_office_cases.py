"""Office files and e-books in which text is easily lost: each holds what it shows."""

from pathlib import Path

import pytest

from tests.ingest.readers.reading import read

CASES = Path(__file__).parent / "cases"
SHOWN = {
    "01-tracked.docx": "Het contract loopt tot 31 december 2027.",
    "02-sdt-inline.docx": "De vrijwilliger heet Fatima Bouzid en begint op 4 mei.",
    "03-sdt-cell.docx": "Contactpersoon | Marijke Vos\nTelefoonnummer | 020 555 0142",
    "04-nested-table.docx": "Liften | Keuring lift | maart 2026\nLiften | Vervanging kabels",
    "05-document2.docx": "De schoolreis gaat dit jaar naar het Openluchtmuseum in Arnhem.",
    "06-numbered-headings.docx": "Artikel 2 Lidmaatschap\n\n2.1 Aanmelding\n\nWie lid wil worden",
    "07-lettered-list.docx": "a) inwoners van de gemeente;\nb) studenten met een geldige pas;\nc) ",
    "09-footnote-in-table.docx": "Toezicht | 1.150 euro\n\nExclusief de kosten van het noodaggregaat.",
    "10-sym-checkbox.docx": "☒ eet vegetarisch\n\n☐ komt met de bus\n\n☒ heeft zwemdiploma A",
    "12-textbox.docx": "archief.\n\nDe studiezaal is open van 9 tot 17 uur.\n\nTassen gaan in een kluisje",
    "13-merged-cells.docx": "Maandag | 09.00 | baby’s\nMaandag | 14.00 | senioren\nDinsdag | 10.00",
    "17-groups-notes.pptx": "De aannemer is Heijdra Civiel.\n\nDe brug wordt 48 meter lang.",
    "18-smartart.pptx": "Eerst meldt de klant de klacht bij de balie\nDaarna belt de teamleider",
    "20-list.odt": "1. Wees op tijd.\na. Poort open om acht uur.\nb. Poort dicht om negen uur.\n2. Houd",
    "22-nested-table.odt": "Kelder | Meterkast | sleutel 17\n\nReservesleutels liggen bij de conciërge.",
    "23-missing-part.epub": "De dijk bij Wolfhoek brak in de nacht van 3 februari door.",
    "24-ampersand.epub": "Schipper Wiebe bouwde de windas in het voorjaar van 1881.",
    "25-odd-spine.epub": "Eerst kwam de sluiswachter uit Lemmer.\n\nTweede\n\nDaarna kwam de brugwachter",
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown_is_read_once(name: str) -> None:
    text = read(name, (CASES / name).read_bytes()).text
    assert text.count(SHOWN[name]) == 1


def test_deleted_text_is_out_and_a_list_goes_on() -> None:
    assert "30 juni 2025" not in read("a.docx", (CASES / "01-tracked.docx").read_bytes()).text
    assert "3. Snoeiafval gaat" in read("a.odt", (CASES / "20-list.odt").read_bytes()).text


def test_a_missing_chapter_is_named() -> None:
    document = read("a.epub", (CASES / "23-missing-part.epub").read_bytes())
    assert [str(reason) for reason in document.unread] == [
        "its parts OEBPS/cover.xhtml are missing or damaged"
    ]
