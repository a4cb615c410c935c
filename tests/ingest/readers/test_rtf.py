"""RTF: what WordPad, TextEdit and Word write as rich text."""

import pytest

from rodedraad.ingest.errors import UnreadableDocument
from tests.ingest.readers.reading import headings, read

HEAD = (
    rb"{\rtf1\ansi\ansicpg1252\deff0\uc1{\fonttbl{\f0\froman\fcharset0 Times New Roman;}"
    rb"{\f3\froman\fcharset2 Symbol;}{\f4\fnil\fcharset2 Wingdings;}{\f5\fswiss\fcharset238 Arial CE;}"
    rb"{\f6\fnil\fcharset128 MS Mincho;}{\f7\fcharset204{\*\falt Arial}Arial Cyr;}}{\colortbl;\red0;}"
    rb"{\stylesheet{\ql\snext0 Normal;}{\s1\outlinelevel0 heading 1;}{\s2 heading 2;}{\s15 Title;}}"
)


def document(body: bytes):
    return read("a.rtf", HEAD + body + b"}")


def text_of(body: bytes) -> str:
    return document(body).text


def test_headings_lists_notes_and_metadata_are_those_of_word():
    found = document(
        rb"{\info{\title Huisreglement}{\author Anja M\'fcller}{\creatim\yr2025\mo3\dy14\hr9}}"
        rb"\pard\plain\s15 Huisreglement\par\pard\plain\s1{\listtext\pard 1.\tab}Algemeen\par"
        rb"\pard\plain Vooraf.{\super\chftn{\footnote\pard\plain\chftn  Behalve in augustus.}} Zie "
        rb"{\field{\*\fldinst HYPERLINK \"https://x.example\"}{\fldrslt de site}}.\par"
        rb"{\pntext\f3\'b7\tab}{\*\pn\pnlvlblt\pnf3{\pntxtb\'b7}}eerste\par{\listtext b)\tab}tweede\par"
    )
    assert found.text == (
        "Huisreglement\n\n1. Algemeen\n\nVooraf. Zie de site.\n\nBehalve in augustus.\n\n• eerste\nb) tweede"
    )
    assert headings(found) == ["Huisreglement", "1. Algemeen"]
    citation = found.citation
    assert (citation.title, citation.author, citation.date) == ("Huisreglement", "Anja Müller", "2025-03-14")


def test_characters_of_every_encoding():
    assert text_of(rb"co\'f6peratie \u8364 ?25 \'96 \'93vooraf\'94 \emdash \~x\_y \{z\}\\\par") == (
        "coöperatie €25 – “vooraf” — x-y {z}\\"
    )
    assert (
        text_of(rb"{\f5 P\'f8\'edli\'9a} {\f6 \'93\'fa\'96\'7b} {\f7 \'cf\'f0\'e8}\par") == "Příliš 日本 При"
    )
    assert text_of(rb"\u-10179?\u-8704? {\uc0\u10024 }{\uc2\u233 ab}!\par") == "😀 ✨é!"
    assert text_of(rb"{\f3 a\'a3} {\f4\'fe} ja {\f4\'a8} nee\par") == "α≤ ☒ ja ☐ nee"


def test_a_line_end_in_text_edit_is_a_paragraph():
    body = b"\\f0 Beste buren,\\\n\\\nTot ziens.\\\n{\\listtext\t\\uc0\\u8226 \t}Stoel\\\n"
    assert text_of(body) == "Beste buren,\n\nTot ziens.\n\n• Stoel"


def test_the_rows_of_a_table():
    definition = rb"\trowd\clvmgf\cellx1000\cellx2000\cellx3000\pard\intbl "
    assert text_of(
        definition + rb"Maandag\cell 9 uur\cell baby\rquote s\par drijven\cell\row"
        + definition.replace(b"clvmgf", b"clvmrg") + rb"\cell 14 uur\cell senioren\cell\row\pard Na.\par"
    ) == "Maandag | 9 uur | baby’s drijven\nMaandag | 14 uur | senioren\n\nNa."  # fmt: skip
    assert (
        text_of(
            rb"\trowd\cellx1\cellx3\pard\intbl Liften\cell\pard\intbl\itap2 Keuring\nestcell{\nonesttables}"
            rb"maart\nestcell{\nonesttables\par}{\*\nesttableprops\trowd\cellx2\cellx3\nestrow}{\nonesttables\par}"
            rb"\pard\intbl\itap1\cell\row\pard Einde.\par"
        )
        == "Liften | Keuring | maart\n\nEinde."
    )


def test_pictures_and_what_is_not_shown_are_no_text():
    found = document(
        rb"Voor{\pict\pngblip 89504e47}{\*\shppict{\pict\bin3 }{}}}{\v weg}{\deleted weg}{\strike 30}"
        rb"{\*\onbekend weg}{\*\datastore 0105}{\header Brinkhof 7\par}{\footer Pagina 1\par}\par"
    )
    assert found.text == "Brinkhof 7\n\nVoor"
    assert [str(reason) for reason in found.unread] == ["its struck-out and hidden text is left out"]


def test_the_boxes_of_a_form_and_the_text_of_a_box_on_the_page():
    field = rb"{\*\formfield{\fftype1\ffres%d\ffdefres0{\*\ffname a}}}"
    box = rb"{\field{\*\fldinst FORMCHECKBOX" + field + rb"}{\fldrslt}} "
    shape = rb"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt Open van 9 tot 17.\par}}{\shprslt dubbel}}"
    assert text_of(box % 1 + rb"ja\par" + box % 25 + rb"nee\par" + shape + rb"Na.\par") == (
        "☒ ja\n\n☐ nee\n\nNa.\n\nOpen van 9 tot 17."
    )


def test_a_file_without_its_end_is_read_to_there_and_that_is_named():
    found = read("a.rtf", HEAD + rb"Een zin.\par Nog een halve z")
    assert found.text == "Een zin.\n\nNog een halve z"
    assert [str(reason) for reason in found.unread] == ["its end is missing"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"Gewoon tekst", "not rich text"),
        (b"{\\rtf1" + b"{" * 99_999, "nested too deeply"),
        (HEAD, "no text"),
    ],
)
def test_what_is_no_rich_text_is_refused(data, why):
    with pytest.raises(UnreadableDocument, match=why):
        read("a.rtf", data)


def test_raised_digits_stay_apart_from_a_number():
    assert text_of(rb"10{\super 6} en m{\super 2}, 5\up6 3\up0 0\par") == "10⁶ en m2, 5³0"
