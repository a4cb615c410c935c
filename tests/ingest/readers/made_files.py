"""Made files: handwritten documents of each format, in which a test can damage any part."""

import io
import struct
import zipfile
import zlib

from fpdf import FPDF

SENTENCE = "De boeren aan de rivier telen koffie, en verkopen die op de markt van het dorp. "


def zipped(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(body: str, head: str = "", **parts: str) -> bytes:
    document = f"{head}<w:document {W}><w:body>{body}</w:body></w:document>"
    return zipped({"word/document.xml": document, **{f"word/{n}.xml": text for n, text in parts.items()}})


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def odt(body: str, head: str = "", manifest: str = "<manifest/>") -> bytes:
    content = f"<office:document-content {ODF}><office:body><office:text>{body}</office:text></office:body>"
    return zipped(
        {"content.xml": f"{head}{content}</office:document-content>", "META-INF/manifest.xml": manifest}
    )


def epub(chapters: dict[str, str | bytes], package: str = "OEBPS/content.opf", encrypted: str = "") -> bytes:
    items = "".join(
        f'<item id="c{n}" href="{href}" media-type="application/xhtml+xml"/>'
        for n, href in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    parts: dict[str, bytes | str] = {
        "META-INF/container.xml": (
            f'<container><rootfiles><rootfile full-path="{package}"/></rootfiles></container>'
        ),
        "OEBPS/content.opf": f"<package><manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    if encrypted:
        parts["META-INF/encryption.xml"] = (
            f'<encryption><EncryptedData><CipherReference URI="{encrypted}"/></EncryptedData></encryption>'
        )
    return zipped(parts | {f"OEBPS/{href}": data for href, data in chapters.items() if data})


R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def pptx(target: str, mode: str = "Internal", slide: str = "") -> bytes:
    return zipped(
        {
            "ppt/presentation.xml": f'<p {R}><sldIdLst><sldId r:id="r1"/></sldIdLst></p>',
            "ppt/_rels/presentation.xml.rels": (
                f'<rels><Relationship Id="r1" Target="{target}" TargetMode="{mode}"/></rels>'
            ),
            "ppt/slides/slide1.xml": slide or "<sld/>",
        }
    )


def xlsx(sheet: str, strings: str = "<sst/>") -> bytes:
    """A workbook with one sheet, "Blad"; `sheet` is its XML."""
    return zipped(
        {
            "xl/workbook.xml": f'<workbook {R}><sheets><sheet name="Blad" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": '<r><Relationship Id="r1" Target="sheet.xml"/></r>',
            "xl/sheet.xml": sheet,
            "xl/sharedStrings.xml": strings,
        }
    )


def sheet_of(*cells: str, more: str = "") -> str:
    """The XML of a sheet with cells in one column, and what is more after them."""
    rows = "".join(f'<row><c t="str"><v>{cell}</v></c></row>' for cell in cells)
    return f"<worksheet><sheetData>{rows}</sheetData>{more}</worksheet>"


def ods(rows: str) -> bytes:
    """A sheet of OpenDocument, with its rows."""
    table = 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    return zipped(
        {
            "content.xml": (
                f"<office:document-content {ODF} {table}><office:body><office:spreadsheet><table:table "
                f'table:name="Blad">{rows}</table:table></office:spreadsheet></office:body>'
                "</office:document-content>"
            )
        }
    )


def lying_zip() -> bytes:
    """A part that says that it is small, and is not."""
    data = bytearray(docx(paragraph(SENTENCE * 400_000)))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(mark)
        data[start + place : start + place + 4] = struct.pack("<I", 1000)
    return bytes(data)


def changed_zip(mark: bytes, place: int, value: bytes, data: bytes) -> bytes:
    """The archive with other bytes at a place in its first record with that mark."""
    start = data.index(mark) + place
    return data[:start] + value + data[start + len(value) :]


def pdf(
    content: bytes,
    filters: str = "",
    font: str = "/Type/Font/Subtype/Type1/BaseFont/Helvetica",
    catalog: str = "",
    pages: str = "/Type/Pages/Kids[3 0 R]/Count 1",
    page: str = "",
    more: tuple[bytes, ...] = (),
) -> bytes:
    """A PDF written by hand: object 4 is the page's content, 5 its font, 6 and on what is more."""
    objects = (
        f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(),
        f"<<{pages}>>".encode(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>" + page.encode() + b">>",
        f"<</Length {len(content)}{filters}>>".encode() + b"stream\n" + content + b"\nendstream",
        f"<<{font}>>".encode(),
        *more,
    )
    written, offsets = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    return written + (
        b"xref\n0 %d\n0000000000 65535 f \n" % count + table
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (count, len(written))
    )  # fmt: skip


def shown(text: str, where: str = "1 0 0 1 50 700 Tm", size: str = "12") -> bytes:
    """Page content that shows a line of text."""
    return f"BT /F {size} Tf {where} ({text}) Tj ET".encode("cp1252")


SHOWN = shown(SENTENCE.strip())
GOOD_PDF = pdf(SHOWN)
IMAGE = (
    b"<</Type/XObject/Subtype/Image/Width 99999/Height 99999/BitsPerComponent 8/ColorSpace/DeviceRGB"
    b"/Length 3>>stream\nabc\nendstream"
)
FORM = (
    b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>/Length 5>>stream\n"
    b"/X Do\nendstream"
)
SUBFONT = (
    b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>"
)


def deflated(data: bytes, size: int) -> bytes:
    """So many bytes of the same, deflated, without ever having them in memory."""
    packer = zlib.compressobj(9)
    block = data * (1_000_000 // len(data))
    return b"".join(packer.compress(block) for _ in range(size // len(block))) + packer.flush()


def locked_pdf() -> bytes:
    made = FPDF()
    made.set_encryption("eigenaar", "geheim")
    made.add_page()
    made.set_font("Helvetica", size=12)
    made.cell(0, 10, SENTENCE)
    return bytes(made.output())
