"""Hostile: broken and malicious files, and what is to become of each.

`FILES` gives for each name the bytes, and what is expected: a pattern that the one message about
the file matches, or text that the document holds.
"""

import base64
import os
import re
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.ingest.readers.made_files import (
    FORM,
    GOOD_PDF,
    IMAGE,
    SENTENCE,
    SHOWN,
    SUBFONT,
    W,
    changed_zip,
    deflated,
    docx,
    epub,
    locked_pdf,
    lying_zip,
    ods,
    odt,
    paragraph,
    pdf,
    pptx,
    sheet_of,
    shown,
    xlsx,
    zipped,
)
from tests.ingest.readers.made_msg import compound, message

XSS = '<script>alert(1)</script><img src=x onerror="alert(2)"><a href="javascript:alert(3)">klik</a>'
BOMB_PICTURE = base64.b64encode(
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">IIBBBBBI", 90_000, 90_000, 1, 0, 0, 0, 0, 0)
)
PGP = b"-----BEGIN PGP MESSAGE-----\n"
COUNTS = struct.pack("<BHHIIHHI", 1, 0x9003, 6, 2**32 - 1, 2**32 - 1, 0x101E, 1, 2**32 - 1) + bytes(10**6)
NOISE = bytes(n * n % 251 ^ n % 256 for n in range(1, 5000))


@dataclass(frozen=True)
class Refused:
    """The file is not indexed, with a message that this pattern is found in."""

    why: str


@dataclass(frozen=True)
class Holds:
    """The file is indexed, and its reading text holds this."""

    text: str


Expected = Refused | Holds
ACCENTS = ("a" + "\u0301\u0316" * 400_000).encode()
"""A text that takes minutes to normalise."""

DAMAGED = Refused("^it is damaged")
NO_ENTITIES = Refused("^(its XML declares entities|it is damaged: the XML)")
BROKE = "^its reader crashed, because the file is damaged or because it needs more than 600 MB of memory; "
NO_TEXT = Refused("^it holds no text")
NOT_TEXT = Refused("^it is not text$")
TOO_LARGE = Refused("^it unpacks to .* MB or more; no document does$")

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
PASSWD = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY % b SYSTEM "http://127.0.0.1:9/b"> %b;]>'
ALIASES = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
NUMBERED = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
NUMBERING = (
    f"<w:numbering {W}>"
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="START"/>'
    '<w:numFmt w:val="decimal"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
CYCLE = (
    f"<w:styles {W}>"
    + "".join(
        f'<w:style w:styleId="{style}"><w:basedOn w:val="{above}"/></w:style>'
        for style, above in ("ab", "ba")
    )
    + "</w:styles>"
)


FREE_TEXT = b"<</Type/Annot/Subtype/FreeText/Rect[0 0 9 9]/Contents(x)>>"


def _nested_zip(levels: int) -> bytes:
    data = zipped({"a.txt": SENTENCE})
    for _ in range(levels):
        data = zipped({"a.zip": data})
    return data


def _looping() -> bytes:
    """A message whose text, by the table of sectors at the end of the file, goes on at its beginning."""
    data = compound(message({0x37: "Lang", 0x1000: SENTENCE * 99}))
    return data[:-512] + data[-512:].replace(b"\xfe\xff\xff\xff", bytes(4), 1)


FILES: dict[str, tuple[Callable[[], bytes], Expected]] = {
    # Archives
    "bomb.docx": (lambda: docx(" " * 150_000_000), TOO_LARGE),
    "bomb-in-parts.epub": (
        lambda: epub({f"{n}.xhtml": "<p>" + " " * 9_900_000 for n in range(25)}),
        TOO_LARGE,
    ),
    "lying-size.docx": (lying_zip, DAMAGED),
    "fifty-thousand-parts.docx": (
        partial(zipped, {str(n): "" for n in range(50_001)}, zipfile.ZIP_STORED),
        Refused("^it holds more than 50,000 parts"),
    ),
    "half.docx": (lambda: docx(paragraph(SENTENCE * 99))[:200], DAMAGED),
    "no-zip.docx": (lambda: NOISE, DAMAGED),
    "empty.docx": (lambda: b"", DAMAGED),
    "empty-zip.odt": (partial(zipped, {}), DAMAGED),
    "old-word.docx": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE,
        Refused("protected by a password"),
    ),
    "encrypted-part.docx": (
        lambda: changed_zip(b"PK\x01\x02", 8, b"\x01", docx(paragraph(SENTENCE))),
        Refused("^it is encrypted"),
    ),
    "unknown-method.docx": (
        lambda: changed_zip(b"PK\x01\x02", 10, b"\x63", docx(paragraph(SENTENCE))),
        DAMAGED,
    ),
    "wrong-checksum.docx": (
        lambda: changed_zip(b"PK\x01\x02", 16, b"\1\2\3\4", docx(paragraph(SENTENCE))),
        DAMAGED,
    ),
    "password.odt": (
        partial(odt, "", manifest="<manifest><file-entry><encryption-data/></file-entry></manifest>"),
        Refused("^it is protected by a password"),
    ),
    "drm.epub": (
        partial(epub, {"a.xhtml": NOISE}, encrypted="OEBPS/a.xhtml"),
        Refused(r"by its seller \(DRM\)"),
    ),
    "path-trick.docx": (
        partial(zipped, {"../../word/document.xml": docx(""), "/etc/passwd": "root", "C:\\x": "x"}),
        DAMAGED,
    ),
    "package-elsewhere.epub": (partial(epub, {}, package="../../../../etc/passwd"), NO_TEXT),
    "chapter-elsewhere.epub": (partial(epub, {"../../../../etc/passwd": ""}), DAMAGED),
    "slide-elsewhere.pptx": (partial(pptx, "../../../../../etc/passwd"), DAMAGED),
    "slide-on-the-web.pptx": (partial(pptx, "http://127.0.0.1:9/x", "External"), DAMAGED),
    "no-text.pptx": (partial(pptx, "slides/slide1.xml"), NO_TEXT),
    "pdf-within.docx": (lambda: GOOD_PDF, DAMAGED),
    "bombs.zip": (
        lambda: zipped({f"{n}.docx": docx(" " * 9_000_000) for n in range(30)}),
        Refused("^its part 0.docx: it holds no text"),
    ),
    "itself.zip": (partial(_nested_zip, 400), Refused("^its parts? a.zip.*: it lies inside 5 other files")),
    "path-trick.zip": (
        partial(zipped, {"../../../../etc/passwd.txt": SENTENCE, "/etc/x.txt": SENTENCE}),
        Holds(SENTENCE.strip()),
    ),
    "one-bomb.zip": (
        lambda: zipped({"a.docx": docx(" " * 150_000_000), "b.txt": SENTENCE, "c.docx": lying_zip()}),
        Holds(SENTENCE.strip()),
    ),
    "names.zip": (partial(zipped, {f"{XSS}\x1b[31m\u202e.txt": SENTENCE}), Holds(SENTENCE.strip())),
    # Mail
    "deep.eml": (
        lambda: (
            b"Subject: Diep\n"
            + b"".join(
                b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(5_000)
            )
        ),
        Refused("^its parts are nested too deeply"),
    ),
    "many-boundaries.eml": (
        lambda: (
            b"Subject: Veel\n"
            + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(90))
            + b"\nEen zin.\n" * 9_000
        ),
        Holds("Een zin."),
    ),
    "many-parts.eml": (
        lambda: b'Subject: Veel\nContent-Type: multipart/mixed; boundary="B"\n\n' + b"--B\n\nx\n" * 9_000,
        Holds("x"),
    ),
    "messages.eml": (
        lambda: b"Subject: Diep\nContent-Type: message/rfc822\n\n" * 300 + b"\nEen zin.",
        Holds("Diep"),
    ),
    "long-header.eml": (
        lambda: b"Subject: " + b"=?utf-8?Q?caf=C3=A9?= " * 20_000 + b"\n\nEen zin.",
        Holds("Een zin."),
    ),
    "quotes.eml": (lambda: b"Subject: Diep\n\n" + b"> " * 500_000 + b"Een zin.", Holds("Een zin.")),
    "begins.eml": (
        lambda: b"Subject: Veel\n\n" + (b"begin 644 a\n" + PGP) * 500 + b"Een zin.\nend",
        Holds("Een zin."),
    ),
    "counts.eml": (
        lambda: b"Subject: Veel\nContent-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22\0\0" + COUNTS,
        Holds("Veel"),
    ),
    "pictures.html": (
        lambda: f"<p>{SENTENCE}</p>".encode() + b"<img src='data:image/png;base64,AAAA'>" * 9_000,
        Holds(SENTENCE.strip()),
    ),
    "bomb-picture.html": (
        lambda: f"<p>{SENTENCE}</p><img src='data:image/png;base64,".encode() + BOMB_PICTURE + b"'>",
        Holds(SENTENCE.strip()),
    ),
    "folds.ics": (
        lambda: b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Een zin" + b"\n ;a=b" * 3_000 + b"\nEND:VEVENT",
        Holds("Een zin"),
    ),
    "script.eml": (lambda: f"Subject: {XSS}\nFrom: {XSS}\n\n{XSS}".encode(), Holds(XSS)),
    "noise.msg": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOISE, DAMAGED),
    "loop.msg": (_looping, Holds(SENTENCE.strip())),
    # XML
    "laughs.docx": (partial(docx, paragraph("&j;"), LAUGHS), NO_ENTITIES),
    "laughs.odt": (partial(odt, "<text:p>&j;</text:p>", LAUGHS), NO_ENTITIES),
    "laughs.epub": (partial(epub, {"a.xhtml": f"{LAUGHS}<p>&j; {SENTENCE}</p>"}), Holds(SENTENCE.strip())),
    "passwd.docx": (partial(docx, paragraph("&a;"), PASSWD), Refused("^its XML declares entities")),
    "passwd.odt": (partial(odt, "<text:p>&a;</text:p>", PASSWD), Refused("^its XML declares entities")),
    "remote.odt": (partial(odt, f"<text:p>{SENTENCE}</text:p>", REMOTE), Refused("XML")),
    "deep.docx": (partial(docx, "<w:p>" * 100_000), DAMAGED),
    "deep-table.docx": (
        partial(docx, "<w:tbl><w:tr><w:tc>" * 60 + paragraph(SENTENCE) + "</w:tc></w:tr></w:tbl>" * 60),
        Holds(SENTENCE.strip()),
    ),
    "no-utf-8.docx": (partial(zipped, {"word/document.xml": b"<a>\xff\xfe\xfa</a>"}), DAMAGED),
    "style-cycle.docx": (
        partial(docx, paragraph(SENTENCE, '<w:pStyle w:val="a"/>'), styles=CYCLE),
        Holds(SENTENCE.strip()),
    ),
    "long-number.docx": (
        partial(docx, paragraph(SENTENCE, NUMBERED), numbering=NUMBERING.replace("START", "9" * 6000)),
        Holds(SENTENCE.strip()),
    ),
    "long-level.docx": (
        partial(docx, paragraph(SENTENCE, f'<w:outlineLvl w:val="{"9" * 6000}"/>')),
        Holds(SENTENCE.strip()),
    ),
    "long-level.odt": (
        partial(odt, f'<text:h text:outline-level="{"9" * 6000}">Kop</text:h><text:p>{SENTENCE}</text:p>'),
        Holds(SENTENCE.strip()),
    ),
    "script.docx": (
        partial(docx, paragraph(XSS.replace("<", "&lt;"))),
        Holds(XSS),
    ),
    "long-mark.docx": (
        partial(
            docx,
            paragraph(SENTENCE, NUMBERED) * 2,
            numbering=NUMBERING.replace("START", "779").replace(
                '"decimal"/>', f'"lowerLetter"/><w:lvlText w:val="{"%1" * 99_999}"/>'
            ),
        ),
        Holds(SENTENCE.strip()),
    ),
    # Spreadsheets
    "bomb.xlsx": (lambda: xlsx(sheet_of(" " * 150_000_000)), TOO_LARGE),
    "laughs.xlsx": (partial(xlsx, LAUGHS + sheet_of("&j;")), Refused("^its XML declares entities")),
    "laughs-in-strings.xlsx": (
        partial(xlsx, sheet_of(SENTENCE), LAUGHS + "<sst><si><t>&j;</t></si></sst>"),
        Refused("^its XML declares entities"),
    ),
    "deep.xlsx": (partial(xlsx, "<row>" * 100_000), DAMAGED),
    "far-cells.xlsx": (
        partial(xlsx, f'<s><row r="1048576"><c r="XFD1048576" t="str"><v>{SENTENCE}</v></c></row></s>'),
        Holds(SENTENCE.strip()),
    ),
    "all-merged.xlsx": (
        partial(xlsx, sheet_of(*"abc", more='<mergeCell ref="A1:XFD1048576"/>' * 50_000)),
        Refused("^it holds more than 2,000,000 cells; split it$"),
    ),
    "odd-numbers.xlsx": (
        partial(
            xlsx,
            '<s><row r="-1"><c r="A1" s="99999999999999999999"><v>1e999</v></c>'
            '<c r="ZZZZ1" t="s"><v>77</v></c>'
            f'<c t="n" s="-1"><v>{"9" * 6000}</v></c><c t="str"><v>{SENTENCE}</v></c></row></s>',
        ),
        Holds(SENTENCE.strip()),
    ),
    "formula.xlsx": (
        partial(xlsx, "<s><row><c t=\"str\"><f>cmd|A0</f><v>=cmd|' /C calc'!A0</v></c></row></s>"),
        Holds("=cmd|' /C calc'!A0"),
    ),
    "repeated.ods": (
        partial(
            ods,
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell '
            'table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row>'
            * 99,
        ),
        Refused("^it holds more than 2,000,000 cells; split it$"),
    ),
    # Rich text
    "deep.rtf": (lambda: b"{\\rtf1 " + b"{" * 9_000_000, Refused("^its parts are nested too deeply$")),
    "noise.rtf": (lambda: b"{\\rtf1 " + SENTENCE.encode() + NOISE, Holds("De boeren aan de rivier")),
    "closed.rtf": (lambda: b"{\\rtf1 " + SENTENCE.encode() + b"}" * 999_999, Holds(SENTENCE.strip())),
    "numbers.rtf": (
        lambda: b"{\\rtf1\\ansicpg9999999999\\uc9999999999\\f-1\\bin9999999999 " + b"x" * 99,
        NO_TEXT,
    ),
    "script.rtf": (lambda: f"{{\\rtf1 {XSS} {SENTENCE}}}".encode(), Holds(XSS)),
    # PDF
    "flate-bomb.pdf": (
        lambda: pdf(deflated(b"(x) Tj ", 600_000_000), "/Filter/FlateDecode"),
        Refused(BROKE),
    ),
    "bomb-in-a-bomb.pdf": (
        lambda: pdf(zlib.compress(deflated(b" ", 900_000_000), 9), "/Filter[/FlateDecode/FlateDecode]"),
        Refused(BROKE),
    ),
    "half.pdf": (lambda: GOOD_PDF[: len(GOOD_PDF) // 3], Refused("^it is damaged, or not a PDF$")),
    "only-a-head.pdf": (lambda: b"%PDF-1.7\n" + NOISE, Refused("^it is damaged, or not a PDF$")),
    "text.pdf": (lambda: SENTENCE.encode(), Refused("^it is damaged, or not a PDF$")),
    "broken-xref.pdf": (
        lambda: re.sub(rb"startxref\n\d+", b"startxref\n7", GOOD_PDF),
        Holds(SENTENCE.strip()),
    ),
    "locked.pdf": (locked_pdf, Refused("^it is protected by a password")),
    "scan.pdf": (
        partial(pdf, b"q 500 0 0 500 0 0 cm /X Do Q", more=(IMAGE,)),
        Refused("only pictures, as a scan|hold no text that was recognised"),
    ),
    "page-cycle.pdf": (
        partial(pdf, SHOWN, pages="/Type/Pages/Kids[2 0 R 2 0 R 3 0 R]/Count 3"),
        Refused("^it (is damaged|holds no text)"),
    ),
    "many-pages.pdf": (
        partial(pdf, SHOWN, pages="/Type/Pages/Kids[3 0 R]/Count 99999999"),
        Holds(SENTENCE.strip()),
    ),
    "form-cycle.pdf": (
        partial(
            pdf,
            SHOWN + b" /X Do",
            more=(FORM,),
        ),
        Holds(SENTENCE.strip()),
    ),
    "deep-array.pdf": (partial(pdf, SHOWN, catalog="/A" + "[" * 100_000), Holds(SENTENCE.strip())),
    "broken-font.pdf": (
        lambda: pdf(
            SHOWN,
            font="/Type/Font/Subtype/TrueType/BaseFont/X/FontDescriptor 6 0 R",
            more=(
                b"<</Type/FontDescriptor/FontName/X/Flags 4/FontFile2 7 0 R>>",
                b"<</Length %d/Length1 99999999>>stream\n" % len(NOISE) + NOISE + b"\nendstream",
            ),
        ),
        Holds(SENTENCE.strip()),
    ),
    "no-letters.pdf": (
        lambda: pdf(
            b"BT /F 12 Tf 50 700 Td <0001000200030004000500060007> Tj ET",
            font="/Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]",
            more=(SUBFONT,),
        ),
        Refused("^(its fonts do not give|it holds no text)"),
    ),
    "endless-size.pdf": (lambda: pdf(shown(SENTENCE, size="1" * 40)), NO_TEXT),
    "nowhere.pdf": (
        lambda: pdf(shown(SENTENCE, "1e38 1e38 -1e38 1e38 1e38 -1e38 Tm") + SHOWN),
        Holds("De boeren aan de rivier"),
    ),
    "strokes.pdf": (
        lambda: pdf(SHOWN + shown("Ja", "1 0 0 1 400 700 Tm") + b"0 0 m 9 9 l 0 9 l " * 100_000 + b"S"),
        Holds(SENTENCE.strip()),
    ),
    "fields.pdf": (
        lambda: pdf(SHOWN, page=f"/Annots[{'6 0 R ' * 6_000}]", more=(FREE_TEXT,)),
        Holds(SENTENCE.strip()),
    ),
    "labels.pdf": (
        lambda: pdf(SHOWN, catalog=f"/PageLabels<</Nums[0<</S/r/St 2000000000/P({'x' * 9999})>>]>>"),
        Holds(SENTENCE.strip()),
    ),
    "cells.pdf": (
        lambda: pdf(
            b"".join(shown("a", f"1 0 0 1 {n % 97 * 6} {n // 97 * 4} Tm", "3") for n in range(20_000))
        ),
        Holds("a"),
    ),
    "no-size.pdf": (
        lambda: pdf(shown(SENTENCE, "0 0 0 0 0 0 Tm", "0") + b" " + SHOWN),
        Holds(SENTENCE.strip()),
    ),
    "script.pdf": (
        lambda: pdf(
            shown("<script>alert\\(1\\)</script>") + shown(SENTENCE, "1 0 0 1 50 600 Tm"),
            catalog="/OpenAction<</S/JavaScript/JS(app.alert(1))>>",
        ),
        Holds("<script>alert(1)</script>"),
    ),
    # Web pages
    "deep.html": (
        lambda: b"<div>" * 200_000 + SENTENCE.encode(),
        Refused("^(its HTML cannot be read|its parts are nested|it holds no text|its reader crashed)"),
    ),
    "script.html": (
        lambda: f"<title>{XSS}</title><p>{SENTENCE}</p><p>{XSS.replace('<', '&lt;')}</p>".encode(),
        Holds(XSS),
    ),
    "surrogate.html": (
        lambda: f"<p>{SENTENCE}&#xD800;&#0;&#x202E;&#xFFFE;\0</p>".encode(),
        Holds(SENTENCE.strip()),
    ),
    "no-end.html": (lambda: b"<p>Een zin.</p><!-- " + b"x" * 100_000, Holds("Een zin.")),
    "bold-bold.html": (
        lambda: b"<b>" * 50_000 + b"x</b>" * 50_000,
        Refused("^(its HTML|its parts|it holds no|its reader crashed)"),
    ),
    "charset.html": (
        lambda: b'<meta charset="utf-7"><p>+ADw-script+AD4-alert(1)</p>' + SENTENCE.encode(),
        Holds("+ADw-script+AD4-alert(1)"),
    ),
    "long-attribute.html": (lambda: b'<p title="' + b"x" * 20_000_000 + b'">Een zin.</p>', Holds("Een zin.")),
    "deep-tables.html": (lambda: b"<table><tr><td>" * 80 + SENTENCE.encode(), Holds(SENTENCE.strip())),
    "frames.html": (lambda: b'<iframe src="file:///etc/passwd"></iframe><p>Een zin.</p>', Holds("Een zin.")),
    "frames-only.html": (
        lambda: b"<frameset><frame src=menu.html><frame src=main.html></frameset>",
        Refused("^its frames show other pages, menu.html, main.html; add those too$"),
    ),
    "spans.html": (
        lambda: b"<table>" + (b"<tr>" + b"<td rowspan=65000 colspan=999>Lima" * 20 + b"</tr>") * 500,
        Holds("Lima | Lima"),
    ),
    "styles.html": (
        lambda: b"<style>" + b"@media x{/*" * 50_000 + b"</style><p>Een zin.</p>",
        Holds("Een zin."),
    ),
    "self-closed.xhtml": (
        lambda: b'<?xml version="1.0"?><html><title/>' + b"<a/>" * 50_000 + SENTENCE.encode(),
        Holds(SENTENCE.strip()),
    ),
    # Markdown
    "aliases.md": (lambda: f"---\n{ALIASES}title: *j\n---\n{SENTENCE}".encode(), Holds(SENTENCE.strip())),
    "python.md": (
        lambda: f"---\ntitle: !!python/object/apply:os.system ['false']\n---\n{SENTENCE}".encode(),
        Holds(SENTENCE.strip()),
    ),
    "long-number.md": (
        lambda: f"---\ntitle: 0x{'f' * 9000}\n---\n{SENTENCE}".encode(),
        Holds(SENTENCE.strip()),
    ),
    "brackets.md": (lambda: b"[" * 20_000 + b"](x" * 10_000, Holds("[[[[")),
    "quotes.md": (lambda: b">" * 50_000 + SENTENCE.encode(), NO_TEXT),
    "stars.md": (lambda: b"*a _b " * 5_000, Holds("*a _b")),
    "script.md": (lambda: f"---\ntitle: '{XSS}'\n---\n{XSS}\n\n`{XSS}` {SENTENCE}".encode(), Holds(XSS)),
    # Text and tables
    "empty.txt": (lambda: b"", NO_TEXT),
    "blank.txt": (lambda: b" \n\t\f\xc2\xa0\n" * 999, NO_TEXT),
    "nuls.txt": (lambda: b"\0" * 100_000, NOT_TEXT),
    "noise.txt": (lambda: NOISE, NOT_TEXT),
    "surrogates.txt": (lambda: b"\xff\xfe\x00\xd8a\x00", NOT_TEXT),
    "line.txt": (lambda: b"woord " * 16_700_000, Refused("^it holds more than 20,000,000 characters")),
    "codes.txt": (
        lambda: f"\x1b[31mRood\x1b[0m \u202egnilekeb \u2066x\u2069. {SENTENCE}".encode(),
        Holds("gnilekeb x. De boeren"),
    ),
    "script.txt": (lambda: f"{XSS} {SENTENCE}".encode(), Holds(XSS)),
    "nuls.csv": (lambda: b"naam,plaats\nJan\0,Lima\n", Holds("naam: Jan; plaats: Lima")),
    "long-field.csv": (lambda: b"naam;tekst\nJan;" + SENTENCE.encode() * 2000, Holds(SENTENCE.strip())),
    "open-quote.csv": (
        lambda: b'naam,plaats\n"Jan,Lima\n' + b"Piet,Puno\n" * 50,
        Holds('naam: "Jan; plaats: Lima\nnaam: Piet; plaats: Puno'),
    ),
    "wide.csv": (
        lambda: b",".join(b"k%d" % n for n in range(5000)) + b"\n" + b"1," * 5000,
        Holds("k7: 1; k8: 1"),
    ),
    "formula.csv": (lambda: b"naam,som\nJan,=cmd|' /C calc'!A0\n", Holds("som: =cmd|' /C calc'!A0")),
    # JSON and logs
    "deep.json": (lambda: b"[" * 1_000_000, Refused("^its parts are nested too deeply")),
    "half.json": (lambda: b'{"naam": "Jan", "plaats": ', Refused("^it is not JSON: line 1 has an error")),
    "noise.jsonl": (lambda: b"geen json\n" * 999, Refused("^it is not JSON: none of its lines is")),
    "same-names.json": (lambda: b'{"a": "Lima", "a": "Puno"}', Holds("a: Lima\na: Puno")),
    "codes.log": (lambda: b"\x1b[" * 99_999 + b"m\n\x1b[31mRood\x1b[0m licht.", Holds("\nRood licht.")),
    # Names
    "a\nb.txt": (SENTENCE.encode, Refused("rename it$")),
    "a\x1b[2Jb.txt": (SENTENCE.encode, Refused("rename it$")),
    "a\u202etxt.exe.txt": (SENTENCE.encode, Refused("rename it$")),
    "a\udcffb.txt": (SENTENCE.encode, Refused("rename it$")),
    "<img src=x onerror=alert(4)>.txt": (SENTENCE.encode, Holds(SENTENCE.strip())),
    "\"'&amp;%00`$(x)`.txt": (SENTENCE.encode, Holds(SENTENCE.strip())),
    "-rf.txt": (SENTENCE.encode, Holds(SENTENCE.strip())),
    f"{'n' * 251}.txt": (SENTENCE.encode, Holds(SENTENCE.strip())),
}

LINK_AWAY = Refused("^it is a link to a file outside the folder of documents")
NO_FILE = Refused("^it is a folder, a pipe or a device")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket must be short
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


def _ten_gigabytes(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10_000_000_000)


def _deep(path: Path) -> None:
    path.mkdir()
    here = os.open(path, os.O_RDONLY)
    for _ in range(60):  # a path longer than the system takes
        os.mkdir("diep" * 20, dir_fd=here)
        inner = os.open("diep" * 20, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


NO_FILES: dict[str, tuple[Callable[[Path], None], Expected]] = {
    "pipe.txt": (_pipe, NO_FILE),
    "socket.txt": (_socket, NO_FILE),
    "zero.txt": (_link("/dev/zero"), NO_FILE),
    "folder.txt": (_link("/etc"), NO_FILE),
    "passwd.txt": (_link("/etc/passwd"), LINK_AWAY),
    "up.txt": (_link("../../../../../../../../etc/passwd"), LINK_AWAY),
    "process.txt": (_link("/proc/self/environ"), LINK_AWAY),
    "nothing.txt": (_link("nergens.txt"), Refused("^it cannot be read")),
    "itself.txt": (_link("itself.txt"), Refused("^it cannot be read")),
    "sparse.txt": (
        _ten_gigabytes,
        Refused("^it holds 10,000 MB, more than the 200 MB that are read; split it"),
    ),
    "deep": (_deep, Refused("^its folders are nested too deeply")),
}
"""What makes other things than files under a name, and what is expected."""
