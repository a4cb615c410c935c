"""Outlook: messages as Outlook saves them, their text in its three forms, and what is attached."""

import compressed_rtf
import pytest
from PIL import Image

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import UnreadableDocument
from tests.ingest.readers.made_msg import (
    attached_message,
    attachment,
    compound,
    message,
    properties,
    recipient,
)  # fmt: skip
from tests.ingest.readers.reading import read, read_inside
from tests.ingest.readers.test_recognition import saved

SUBJECT, HEADERS, PLAIN, RTF, HTML = 0x37, 0x7D, 0x1000, 0x1009, 0x1013
SENDER, ADDRESS, SENT = 0x42, 0x5D02, 0x39
CODE_PAGES = {"message": 0x3FFD, "internet": 0x3FDE}
HEAD = {SUBJECT: "Verslag", SENDER: "Jan Jansen", ADDRESS: "jan@example.org"}
TABLE = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fcharset238 Arial;}}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Het kost 30 \'80 in het caf\'e9 of in {\f1 \'a3\'f3d\'9f} "
    rb"\u8594\'3f{\*\htmltag84 &amp;}\htmlrtf &\htmlrtf0  terug.{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0 "
    rb"{\*\mhtmltag x}"
    rb"{\*\htmltag64 <table><tr><td>}Peru{\*\htmltag64 </td><td>}12{\*\htmltag64 </td></tr>}"
    rb"{\*\htmltag64 <tr><td>}Chili{\*\htmltag64 </td><td>}7{\*\htmltag64 </td></tr></table>}}"
)


def text_of(values: dict[int, str | bytes], **numbers: int) -> str:
    """The text of a message with these properties, below its head."""
    return read(
        "a.msg",
        compound(message(HEAD | values, {CODE_PAGES[name]: number for name, number in numbers.items()})),
    ).text.split(".org>\n\n")[1]


def test_a_message_is_its_head_and_its_text_and_its_attachments_are_beneath_it():
    inner = message(
        {SUBJECT: "Binnen", PLAIN: "De binnenste tekst."}, {}, [], [attachment("a.txt", b"Een.")], 24
    )
    data = compound(
        message(
            HEAD | {PLAIN: "Beste Piet,\r\n\r\nDe vergadering is dinsdag.\r\n"},
            {SENT: 134_170_056_000_000_000},
            [recipient("Piet", "piet@example.org", 1), recipient("Kees", "kees@example.org", 2)],
            [
                attachment("lijst.csv", b"naam,aantal\nPiet,3\n"),
                attachment("lang.txt", b"De lama draagt wol. " * 500),
                attachment("foto.heic", b"x"),
                attachment("stuk.pdf", b"x", "application/pdf"),
                attached_message(inner),
                properties(8, {0x3705: 6}, {0x3001: "Blad"}),
            ],
        )
    )
    own = read("a.msg", data)
    assert own.text == (
        "Verslag\n\nFrom: Jan Jansen <jan@example.org>\nTo: Piet <piet@example.org>\n"
        "Cc: Kees <kees@example.org>\nDate: Tue, 03 Mar 2026 10:00:00 +0000\n\n"
        "Beste Piet,\n\nDe vergadering is dinsdag."
    )
    assert own.citation == Citation("Verslag", "Jan Jansen", date="2026-03-03")
    assert [str(reason) for reason in own.unread] == [
        "its part stuk.pdf: it is damaged, or not a PDF",
        "its parts foto.heic, Blad are of kinds that are not read",
    ]
    found = {id: document.text for id, document in read_inside("a.msg", data).items()}
    assert list(found) == [
        "a.msg", "a.msg/lijst.csv", "a.msg/lang.txt", "a.msg/Binnen.msg", "a.msg/Binnen.msg/a.txt",
    ]  # fmt: skip
    assert found["a.msg/lijst.csv"] == "naam: Piet; aantal: 3"
    assert found["a.msg/lang.txt"].count("De lama draagt wol.") == 500
    assert found["a.msg/Binnen.msg"] == "Binnen\n\nDe binnenste tekst."


def test_pictures_in_the_text_are_no_attachments():
    logo = attachment("image001.png", saved(Image.new("L", (90, 60))), "image/png")
    data = compound(
        message(
            HEAD | {HTML: '<p>Groet, Jan</p><img src="cid:logo@x">'},
            {},
            [],
            [
                {**logo, "__substg1.0_3712001F": "<logo@x>".encode("utf-16-le")},
                properties(8, {0x3705: 1, 0x7FFE: 1}, {0x3707: "image002.emz", 0x3701: b"x"}),
                attachment("kaart.heic", b"x", "image/heic"),
            ],
        )
    )
    assert [str(reason) for reason in read("a.msg", data).unread] == [
        "its parts kaart.heic are of kinds that are not read"
    ]


def test_the_head_that_was_sent_is_preferred():
    sent = "From: Jan <jan@werk.example>\r\nDate: Tue, 3 Mar 2026 10:00:00 +0100\r\nSubject: Echt\r\n\r\n"
    document = read("a.msg", compound(message(HEAD | {HEADERS: sent, PLAIN: "Tekst."})))
    assert document.text == (
        "Echt\n\nFrom: Jan <jan@werk.example>\nDate: Tue, 3 Mar 2026 10:00:00 +0100\n\nTekst."
    )


def test_a_table_in_html_that_is_kept_in_rtf_has_its_rows():
    plain = "Het kost 30 € in het café of in Łódź → & terug.\r\n\r\nPeru\r\n\r\n12\r\n\r\nChili\r\n\r\n7\r\n"
    for packed in (True, False):
        values: dict[int, str | bytes] = {PLAIN: plain, RTF: compressed_rtf.compress(TABLE, packed)}
        assert text_of(values) == ("Het kost 30 € in het café of in Łódź →& terug.\n\nPeru | 12\nChili | 7")


def test_the_text_in_html_is_read_where_the_plain_one_is_missing():
    assert text_of({HTML: "<p>Het café.</p>".encode("cp1252")}, internet=1252) == "Het café."
    assert text_of({HTML: "<p>Het café.</p>"}) == "Het café."


def test_texts_that_are_not_in_unicode_have_their_code_page():
    streams = message({}, {CODE_PAGES["message"]: 1250})
    streams |= {
        "__substg1.0_0037001E": "Łódź".encode("cp1250"),
        "__substg1.0_1000001E": "Zażółć.".encode("cp1250"),
    }
    assert read("a.msg", compound(streams)).text == "Łódź\n\nZażółć."


def test_rtf_alone_and_what_is_no_message_are_named():
    rtf = compressed_rtf.compress(rb"{\rtf1\ansi Een tekst.}")
    document = read("a.msg", compound(message(HEAD | {RTF: rtf, 0x1A: "IPM.Appointment"})))
    reasons = [str(reason) for reason in document.unread]
    assert reasons[-1] == "its fields as IPM.APPOINTMENT are not read, only its text"
    assert "Een tekst." in document.text


@pytest.mark.parametrize("rtf", [b"", b"x" * 15, b"LZFu" * 9, compressed_rtf.compress(TABLE)[:-40]])
def test_damaged_rtf_does_not_cost_the_plain_text(rtf):
    assert text_of({PLAIN: "De tekst.", RTF: rtf}) == "De tekst."


def test_damaged_rtf_is_named():
    document = read("a.msg", compound(message(HEAD | {RTF: b"x" * 15})))
    assert [str(reason) for reason in document.unread] == [
        "its part RTF: it is damaged, or not rich text (RTF)"
    ]


def test_what_is_no_message_is_refused():
    with pytest.raises(UnreadableDocument, match="it is not a message of Outlook"):
        read("a.msg", compound({"WordDocument": b"x"}))
    for data in (b"", b"Tekst", compound(message(HEAD))[:600]):
        with pytest.raises(UnreadableDocument, match="it is damaged, or not a message of Outlook"):
            read("a.msg", data)
