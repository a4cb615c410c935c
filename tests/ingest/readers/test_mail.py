"""Mail: messages and mailboxes as mail programs write them, with what is attached."""

import base64
from email.message import EmailMessage

import pytest

from rodedraad.answering.citation_formats import reference
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import UnreadableDocument
from tests.ingest.readers.made_files import GOOD_PDF, docx, paragraph
from tests.ingest.readers.reading import read, read_inside

HEAD = "From: Jan Jansen <jan@example.org>\r\nSubject: Verslag\r\nDate: Tue, 3 Mar 2026 23:30:00 -0500\r\n"


def a_message(text: str = "Beste Piet,\n\nDe vergadering is dinsdag.") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "José Pérez <jose@example.org>"
    message["To"] = '"Jansen, Jan" <jan@example.org>, Piet <piet@example.org>'
    message["Cc"] = "Kees <kees@example.org>"
    message["Subject"] = "Verslag van het café"
    message["Date"] = "Tue, 03 Mar 2026 23:30:00 -0500"
    message["X-Mailer"] = "Onzichtbaar"
    message.set_content(text)
    return message


def text_of(body: str, head: str = "") -> str:
    """The text of a message with this body, below its head."""
    data = f"{HEAD}{head}\r\n{body}".encode()
    return read("a.eml", data).text.partition("-0500\n\n")[2]


def test_a_message_is_its_head_and_its_text():
    document = read("a.eml", bytes(a_message()))
    assert document.text == (
        "Verslag van het café\n\n"
        "From: José Pérez <jose@example.org>\n"
        'To: "Jansen, Jan" <jan@example.org>, Piet <piet@example.org>\n'
        "Cc: Kees <kees@example.org>\n"
        "Date: Tue, 03 Mar 2026 23:30:00 -0500\n\n"
        "Beste Piet,\n\nDe vergadering is dinsdag."
    )
    assert document.citation == Citation("Verslag van het café", "José Pérez", date="2026-03-03")
    assert document.unread == ()


def test_attachments_are_documents_beneath_the_message_and_a_citation_names_it():
    message = a_message()
    word = docx(paragraph("Begroting", '<w:outlineLvl w:val="0"/>') + paragraph("De brug kost 37 euro."))
    kind = "vnd.openxmlformats-officedocument.wordprocessingml.document"
    message.add_attachment(word, "application", kind, filename="begroting – café.docx")
    message.add_attachment(GOOD_PDF, "application", "octet-stream", filename="C:\\brieven\\brief.PDF")
    message.add_attachment(GOOD_PDF, "application", "pdf")
    message.add_attachment("naam,aantal\nPiet,3\n", "csv", filename="lijst.csv")
    message.add_attachment("naam,aantal\nKees,4\n", "csv", filename="lijst.csv")
    found = read_inside("a.eml", bytes(message))
    assert list(found) == [
        "a.eml", "a.eml/begroting – café.docx", "a.eml/brief.PDF", "a.eml/attachment.pdf",
        "a.eml/lijst.csv", "a.eml/lijst (2).csv",
    ]  # fmt: skip
    own, budget, letter, _, _, second = found.values()
    assert own.text.endswith("De vergadering is dinsdag.")
    assert own.unread == ()
    assert second.text == "naam: Kees; aantal: 4"
    assert reference(letter, 0) == "brief.PDF, p. 1, in a.eml"
    assert budget.title == "Begroting"
    assert reference(own, 0) == "Verslag van het café, José Pérez, 2026-03-03"


def test_what_cannot_be_read_is_named():
    message = a_message()
    message.add_attachment(b"geen pdf", "application", "pdf", filename="stuk.pdf")
    message.add_attachment(b"\x89PNG", "image", "png", filename="foto.heic")
    message.add_attachment(b"x", "application", "octet-stream")
    message.add_attachment(b"", "text", "plain", filename="leeg.txt")
    message.add_attachment("Een noot.", filename="noot.txt")
    data = bytes(message)
    assert [str(reason) for reason in read("a.eml", data).unread] == [
        "its part stuk.pdf: it is damaged, or not a PDF",
        "its part leeg.txt: it holds no text",
        "its parts foto.heic, application/octet-stream are of kinds that are not read",
    ]
    assert list(read_inside("a.eml", data)) == ["a.eml", "a.eml/noot.txt"]


def test_pictures_in_the_text_are_no_attachments():
    """Logos of signatures, which the text shows by their Content-ID; photographs that are attached are."""
    message = a_message("Groet, Jan")
    message.add_alternative("<p>Groet, Jan</p><img src=\"cid:logo%40x&amp;1\"><img src='CID:foto'>", "html")
    html = message.get_payload()[1]
    html.add_related(b"GIF89a", "image", "gif", cid="<logo@x&1>", filename="image001.gif")
    html.add_related(b"x", "application", "octet-stream", cid="<foto>", filename="image002.emf")
    message.add_attachment(b"x", "image", "png", filename="kaart.png", disposition="inline", cid="<kaart>")
    reasons = [str(reason) for reason in read("a.eml", bytes(message)).unread]
    assert [reason[:22] for reason in reasons] == ["its part kaart.png: it"]


def test_many_parts_that_cannot_be_read_are_counted():
    message = a_message()
    for number in range(25):
        message.add_attachment(b"x", "application", "pdf", filename=f"{number}.pdf")
        message.add_attachment(b"x", "image", "png", filename=f"{number}.heic")
    reasons = [str(reason) for reason in read("a.eml", bytes(message)).unread]
    assert len(reasons) == 22
    assert reasons[-2] == "it holds 5 more parts that cannot be read"
    assert reasons[-1].endswith("19.heic, … (25) are of kinds that are not read")


def test_a_message_in_a_message_is_a_document_with_its_own_attachments():
    inner = a_message("De binnenste tekst.")
    inner.add_attachment("Tekst van de bijlage.", filename="noot.txt")
    outer = EmailMessage()
    outer["Subject"] = "Fwd: Verslag"
    outer.set_content("Zie hieronder.")
    outer.add_attachment(inner)
    found = read_inside("a.eml", bytes(outer))
    own, forwarded, note = found.values()
    assert own.text == "Fwd: Verslag\n\nZie hieronder."
    assert forwarded.id == "a.eml/Verslag van het café.eml"
    assert forwarded.citation == Citation("Verslag van het café", "José Pérez", date="2026-03-03")
    assert note.id == "a.eml/Verslag van het café.eml/noot.txt"
    assert reference(note, 0) == "noot.txt, in a.eml/Verslag van het café.eml"


def test_a_message_that_was_encoded_as_a_whole_is_read():
    inner = base64.encodebytes(bytes(a_message("De binnenste tekst."))).decode()
    body = f"--B\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{inner}--B--"
    head = 'Subject: Fwd\nContent-Type: multipart/mixed; boundary="B"\n\n'
    found = read_inside("a.eml", f"{head}{body}".encode())
    assert "De binnenste tekst." in found["a.eml/message.eml"].text


def alternative(plain: str, html: str) -> str:
    message = a_message(plain)
    message.add_alternative(html, "html")
    return read("a.eml", bytes(message)).text.partition("-0500\n\n")[2]


def test_of_plain_text_and_html_the_one_that_says_more_is_read():
    html = "<html><body><p>De <b>vergadering</b> is dinsdag in het café.</p></body></html>"
    assert alternative("De *vergadering* is dinsdag in het café.", html) == (
        "De *vergadering* is dinsdag in het café."
    )
    assert alternative("Your program cannot show this message.", html) == (
        "De vergadering is dinsdag in het café."
    )
    table = "<table><tr><td>Peru</td><td>12</td></tr><tr><td>Chili</td><td>7</td></tr></table>"
    assert alternative("Peru\n12\nChili\n7", table) == "Peru | 12\nChili | 7"


def test_html_that_cannot_be_read_does_not_cost_the_plain_text():
    message = a_message("De tekst.")
    message.add_alternative("<div>" * 200_000 + "De tekst, en nog veel meer.", "html")
    document = read("a.eml", bytes(message))
    assert document.text.endswith("De tekst.")
    assert "text/html" in str(document.unread[0])


def test_html_alone_is_read_whole():
    html = "<p>Beste Piet,</p><blockquote>Eerder geschreven.</blockquote><div>-- <br>Jan</div>"
    assert text_of(html, "Content-Type: text/html\r\n") == ("Beste Piet,\n\nEerder geschreven.\n\n--\nJan")


def test_wrapped_paragraphs_are_whole_and_quotes_keep_their_marks():
    body = (
        "Op 2 maart schreef Jan:\n"
        "> Wanneer is de vergadering? Ik weet niet of ik die dag in het land ben,\n"
        "> maar dat hoor ik nog.\n"
        ">\n"
        "> Groet,\n"
        "> Jan\n"
        ">> Eerder.\n"
        "ja, dat is goed.\n"
        "-- \n"
        "Piet\n"
    )
    assert text_of(body) == (
        "Op 2 maart schreef Jan:\n\n"
        "> Wanneer is de vergadering? Ik weet niet of ik die dag in het land ben, maar dat hoor ik nog.\n\n"
        "> Groet,\n> Jan\n\n"
        ">> Eerder.\n\n"
        "ja, dat is goed.\n--\nPiet"
    )


def test_lines_of_an_address_and_of_a_list_stay_lines():
    body = "Coöperatie Cepicafe\nCalle San Martín 370\nPiura\n\nMee te nemen:\n- brood\n- kaas\n1. water\n"
    assert text_of(body) == (
        "Coöperatie Cepicafe\nCalle San Martín 370\nPiura\n\nMee te nemen:\n\n- brood\n- kaas\n1. water"
    )


def test_flowed_text_is_joined():
    body = "De vergadering is \ndinsdag.\n > geen citaat\n> Wel een \n> citaat.\n-- \nJan\n"
    assert text_of(body, "Content-Type: text/plain; format=flowed\r\n") == (
        "De vergadering is dinsdag.\n> geen citaat\n\n> Wel een citaat.\n\n--\nJan"
    )
    japanese = "Content-Type: text/plain; format=flowed; delsp=yes\r\n"
    assert text_of("aan een \nstuk\n", japanese) == "aan eenstuk"


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("iso-8859-1", "café €"), ("windows-1252", "café €"), ("iso-8859-2", "Łódź"), ("koi8-r", "Перу"),
        ("utf-8", "café"), ("gb2312", "秘鲁"), ("utf-7", "café"),
    ],
)  # fmt: skip
def test_texts_in_their_character_set(charset, data):
    encoded = data.encode("cp1252" if charset == "iso-8859-1" else charset)
    head = f"{HEAD}Content-Type: text/plain; charset={charset}\r\n\r\n"
    assert read("a.eml", head.encode() + encoded).text.endswith(data)


@pytest.mark.parametrize("charset", ["utf-8", "us-ascii", "no-such", "punycode", "zlib", "idna", ""])
def test_a_character_set_that_is_wrong_is_guessed(charset):
    head = f"{HEAD}Content-Type: text/plain; charset={charset}\r\n\r\n"
    assert read("a.eml", head.encode() + "Het café.".encode("cp1252")).text.endswith("Het café.")


def test_headers_with_bytes_of_no_character_set_or_with_broken_encoding():
    raw = "From: José <jose@example.org>\nSubject: Verslag café\n\nTekst.".encode("cp1252")
    assert read("a.eml", raw).title == "Verslag café"
    for subject, shown in (
        ("=?utf-8?B?caf", "=?utf-8?B?caf"),
        ("=?no-such?Q?caf=C3=A9?=", "café"),
        ("=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "café"),
        ("=?utf-8?Q?in_het?= café", "in het café"),
        ("een\n regel\n\tof drie", "een regel of drie"),
    ):
        assert read("a.eml", f"Subject: {subject}\n\nTekst.".encode()).title == shown


def test_a_report_of_a_mail_program_is_text():
    body = (
        "--B\n\nYour message was not delivered.\n--B\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.org\n\n"
        "Final-Recipient: rfc822; piet@example.org\nAction: failed\n--B--"
    )
    text = text_of(body, 'Content-Type: multipart/report; boundary="B"\r\n')
    assert "Final-Recipient: rfc822; piet@example.org\nAction: failed" in text


def test_a_signature_of_a_certificate_is_no_attachment():
    message = a_message()
    message.add_attachment(b"x", "application", "pkcs7-signature", filename="smime.p7s")
    assert read("a.eml", bytes(message)).unread == ()


def test_a_message_in_a_mailbox_that_cannot_be_read_is_named():
    nested = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(3000))
    start = "From a@b Tue Mar  3 10:00:00 2026\nSubject: "
    data = f"{start}Diep\n{nested}\n\n{start}Twee\n\nDe tekst.".encode()
    assert [document.text for document in read_inside("a.mbox", data).values()] == ["Twee\n\nDe tekst."]
    assert [str(reason) for reason in read("a.mbox", data).unread] == [
        "its part Diep.eml: its parts are nested too deeply"
    ]


def test_what_is_no_message_is_refused():
    for data in (GOOD_PDF, b"", b"Zomaar een tekst.\n\nZonder kop."):
        with pytest.raises(UnreadableDocument, match="it is not an e-mail message"):
            read("a.eml", data)
    assert read("a.eml", b"\xef\xbb\xbf\n" + bytes(a_message())).title == "Verslag van het café"


def test_each_message_of_a_mailbox_is_a_document():
    first = a_message("Een tekst.\n\nFrom hier af is het tekst.")
    first.add_attachment("Tekst van de bijlage.", filename="noot.txt")
    mailbox = b"".join(
        b"From x@example.org Tue Mar  3 10:00:00 2026\n" + data.replace(b"\n\nFrom", b"\n\n>From") + b"\n"
        for data in (bytes(first), b"Subject: 1/2\n\nTweede.\n", b"X: y\n\nDerde.\n", b"X: y\n\nVierde.\n")
    )
    found = read_inside("a.mbox", mailbox)
    assert list(found) == [
        "a.mbox/Verslag van het café.eml", "a.mbox/Verslag van het café.eml/noot.txt",
        "a.mbox/1-2.eml", "a.mbox/message.eml", "a.mbox/message (2).eml",
    ]  # fmt: skip
    report, _, second, third, _ = found.values()
    assert "\n\nFrom hier af is het tekst." in report.text
    assert (second.title, third.title) == ("1/2", "message.eml")
    assert reference(report, 0) == "Verslag van het café, José Pérez, 2026-03-03, in a.mbox"
    with pytest.raises(UnreadableDocument, match="it is not a mailbox"):
        read("a.mbox", bytes(first))
