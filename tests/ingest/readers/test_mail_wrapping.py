"""Mail wrapping: messages that are signed, encrypted or packed, invitations, and files inside a text."""

import base64
import binascii
import time

import pytest

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.readers.mail_wrapping import unwrapped
from tests.ingest.readers.made_wrapped import SIGNED_DATA, packed, signed, signed_in_pieces, text
from tests.ingest.readers.reading import headings, read, read_inside

HEAD = "From: Jan <jan@example.org>\nSubject: Verslag\n"
INNER = (
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nDe sleutel van het caf\xc3\xa9 hangt naast de ton.\r\n"
)
ENCRYPTED = "its encrypted text is not read; save it without encryption in your mail program"
EVENT = (
    "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nEND:STANDARD\r\n"
    "END:VTIMEZONE\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=nl:Overleg dak\r\n"
    "DTSTART;TZID=Europe/Amsterdam:20260312T140000\r\nDTEND:20260312T150000Z\r\n"
    'ORGANIZER;CN="Visser, Hanna":mailto:h@example.org\r\nATTENDEE;CN=Klaas:mailto:k@example.org\r\n'
    "ATTENDEE:mailto:l@example.org\r\nLOCATION:Zaal De Eik\\, boven\r\n"
    "DESCRIPTION:De offerte van\\ndakdekker Pannekoek en het b\r\n udget.\r\n"
    "BEGIN:VALARM\r\nDESCRIPTION:Alarm\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
SHOWN_EVENT = (
    "Overleg dak\n\nStart: 2026-03-12 14:00 (Europe/Amsterdam)\nEnd: 2026-03-12 15:00 UTC\n"
    "Location: Zaal De Eik, boven\nOrganizer: Visser, Hanna\nAttendees: Klaas, l@example.org\n\n"
    "De offerte van\ndakdekker Pannekoek en het budget."
)


def wrapped(kind: str, data: bytes, before: str = "") -> bytes:
    part = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n{base64.encodebytes(data).decode()}"
    if not before:
        return f"{HEAD}{part}".encode()
    return (
        f'{HEAD}Content-Type: multipart/mixed; boundary="B"\n\n--B\n\n{before}\n--B\n{part}\n--B--\n'
    ).encode()


@pytest.mark.parametrize("wrap", [signed, signed_in_pieces])
@pytest.mark.parametrize("content", [INNER, INNER[:-1] + b" " * 70_000], ids=["short", "long"])
def test_a_message_that_is_signed_as_a_whole_is_read(wrap, content):
    document = read("a.eml", wrapped("application/pkcs7-mime; smime-type=signed-data", wrap(content)))
    assert document.text.endswith("De sleutel van het café hangt naast de ton.")
    assert document.unread == ()


@pytest.mark.parametrize(
    "data",
    [
        signed(INNER, SIGNED_DATA[:-1] + b"\x03"),
        b"",
        b"\x30\x80",
        signed(INNER)[:40],
        signed_in_pieces(INNER)[:-30],
    ],
)
def test_an_encrypted_message_is_named(data):
    document = read("a.eml", wrapped("application/pkcs7-mime; name=smime.p7m", data))
    assert [str(reason) for reason in document.unread] == [ENCRYPTED]


@pytest.mark.parametrize(
    ("changed", "to"),
    [
        ("END:VEVENT\r\nEND:VCALENDAR\r\n", ""),
        ("BEGIN:VALARM\r\nDESCRIPTION:Alarm\r\nEND:VALARM\r\n", "END:VALARM\r\n"),
        ("LOCATION:", "item1.LOCATION:"),
        ("LOCATION:", 'LOCATION;ALTREP="x:'),
        ("DESCRIPTION:De offerte van\\n", "DESCRIPTION;ENCODING=QUOTED-PRINTABLE:De=\r\n offerte van=0A"),
    ],
)
def test_an_odd_calendar_loses_nothing(changed, to):
    assert changed in EVENT
    assert read("a.ics", EVENT.replace(changed, to).encode()).text == SHOWN_EVENT


def test_rows_of_a_calendar_may_be_cut_inside_a_character_and_hold_other_line_ends():
    event = EVENT.replace("dakdekker", "café\u2028dakdekker").encode().replace(b"caf\xc3", b"caf\xc3\r\n ")
    text = read("a.ics", event).text
    assert "café" in text
    assert text.endswith("dakdekker Pannekoek en het budget.")


@pytest.mark.parametrize("cut", [5, 200])
def test_a_packed_message_that_is_cut_off_is_named(cut):
    data = packed([text(0x37, "Dak"), text(0x1000, "De pannen liggen klaar. " * 40)])
    part = wrapped("application/ms-tnef", data[:-cut], "Zie het bestand.")
    document = read("a.eml", part)
    assert any("damaged" in str(reason) for reason in document.unread)


def test_openpgp_leaves_the_text_and_names_what_is_encrypted():
    signed_text = (
        "Vooraf.\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nDe sleutel ligt binnen.\n- -- \nAns\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n\nErna."
    )
    text_of = read("a.eml", f"{HEAD}\n{signed_text}".encode()).text
    assert text_of.endswith("Vooraf.\n\nDe sleutel ligt binnen.\n--\nAns\n\nErna.")
    inline = "Zie:\n-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\nGroet"
    document = read("a.eml", f"{HEAD}\n{inline}".encode())
    assert document.text.endswith("Zie:\nGroet")
    assert [str(reason) for reason in document.unread] == [ENCRYPTED]
    parts = "--B\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--B\n\nx\n--B--"
    whole = read("a.eml", f'{HEAD}Content-Type: multipart/encrypted; boundary="B"\n\n{parts}'.encode())
    assert [str(reason) for reason in whole.unread] == [ENCRYPTED]


def test_what_only_looks_wrapped_stays_text():
    for body in ("-----BEGIN PGP MESSAGE-----\nZonder eind.", "begin 644 plan\nDit is tekst.\nend"):
        assert read("a.eml", f"{HEAD}\n{body}".encode()).text.endswith(body)


def test_many_beginnings_without_an_end_are_passed_soon():
    body = "begin 644 a\n-----BEGIN PGP MESSAGE-----\n" * 20_000 + "end"
    before = time.process_time()
    assert unwrapped(body) == (body, [], False)
    assert time.process_time() - before < 2


def test_a_file_inside_a_text_is_a_document():
    rows = b"".join(binascii.b2a_uu(row) for row in (b"De pomp komt op 3 mei,", b" om tien uur."))
    found = read_inside(
        "a.eml", f"{HEAD}\nHierbij.\n\nbegin 644 pomp.txt\n".encode() + rows + b"`\nend\nGroet"
    )
    assert [document.text for document in found.values()] == [
        "Verslag\n\nFrom: Jan <jan@example.org>\n\nHierbij.\n\nGroet",
        "De pomp komt op 3 mei, om tien uur.",
    ]
    assert list(found) == ["a.eml", "a.eml/pomp.txt"]


def test_a_winmail_dat_is_its_text_and_its_attachments():
    inside = packed([text(0x37, "Vraag"), text(0x1000, "Is de pomp gemaakt?")])
    data = packed(
        [(3, 0x8001, b"\7\0\0\0"), (0x40, 0x39, bytes(8)), (0x1E, 0x1000, b"Het caf\xe9 is op 4 mei open.")],
        [text(0x3707, "prijs.txt"), (0x102, 0x3701, b"Een hond mag gratis mee.")],
        [(0x0D, 0x3701, bytes(16) + inside)],
        old=[(0x9007, b"\xe4\x04\0\0\0\0\0\0")],
    )
    found = read_inside("a.eml", wrapped("application/ms-tnef; name=winmail.dat", data, "Zie de bijlage."))
    assert {id: document.text for id, document in found.items()} == {
        "a.eml": "Verslag\n\nFrom: Jan <jan@example.org>\n\nZie de bijlage.\n\nHet café is op 4 mei open.",
        "a.eml/prijs.txt": "Een hond mag gratis mee.",
        "a.eml/Vraag.msg": "Vraag\n\nIs de pomp gemaakt?",
    }
    same = wrapped('application/octet-stream; name="WINMAIL.DAT"', data, "Het café is op 4 mei open.")
    assert read("a.eml", same).text.count("café") == 1


def test_a_damaged_winmail_dat_is_named():
    document = read("a.eml", wrapped("application/ms-tnef; name=winmail.dat", b"x", "Zie de bijlage."))
    assert [str(r) for r in document.unread] == [
        "its part winmail.dat: it is damaged, or not a message of Outlook"
    ]


def test_an_invitation_says_what_when_and_where_once():
    part = f"--B\nContent-Type: text/calendar; method=REQUEST\n\n{EVENT}\n"
    copy = (
        f"--B\nContent-Type: application/ics; name=invite.ics\nContent-Disposition: attachment\n\n{EVENT}\n"
    )
    body = f"--B\n\nU bent uitgenodigd.\n{part}"
    kind = 'Content-Type: multipart/alternative; boundary="B"\n\n'
    assert read("a.eml", f"{HEAD}{kind}{body}--B--".encode()).text.endswith(f"uitgenodigd.\n\n{SHOWN_EVENT}")
    found = read_inside("a.eml", f"{HEAD}{kind}{body}{copy}--B--".encode())
    assert list(found) == ["a.eml"]
    alone = read_inside("a.eml", f"{HEAD}{kind}--B\n\nZie.\n{copy}--B--".encode())
    assert alone["a.eml/invite.ics"].text == SHOWN_EVENT


def test_a_calendar_is_a_document_with_an_event_in_each_section():
    task = (
        "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:Heg snoeien\nDUE;VALUE=DATE:20261001\nEND:VTODO\nEND:VCALENDAR"
    )
    document = read("a.ics", f"{EVENT}{task}".encode())
    assert headings(document) == ["Overleg dak", "Heg snoeien"]
    assert document.text == f"{SHOWN_EVENT}\n\nHeg snoeien\n\nDue: 2026-10-01"
    with pytest.raises(UnreadableDocument, match="it is damaged, or not a calendar"):
        read("a.ics", b"Een tekst.")
    with pytest.raises(UnreadableDocument, match="it holds no text"):
        read("a.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
