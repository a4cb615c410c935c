"""Word: numbers as they are printed, forms, headers, charts, and files inside the file."""

from tests.ingest.readers.made_files import W, docx, paragraph, zipped
from tests.ingest.readers.reading import headings, read

SPACES = (
    f'{W} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:c="urn:c" xmlns:a="urn:a" xmlns:m="urn:m" xmlns:w14="urn:w14"'
)


def text_of(body: str, **parts: str) -> str:
    return read("a.docx", docx(body, **parts)).text


def with_parts(body: str, related: dict[str, tuple[str, str]], **parts: str | bytes) -> bytes:
    """A file whose document refers to parts: their kind and name by id."""
    links = "".join(
        f'<Relationship Id="{id}" Type="http://x/{kind}" Target="{name}"/>'
        for id, (kind, name) in related.items()
    )
    document = f"<w:document {SPACES}><w:body>{body}</w:body></w:document>"
    return zipped(
        {
            "_rels/.rels": '<r><Relationship Type="http://x/officeDocument" Target="/word/d.xml"/></r>',
            "word/d.xml": document,
            "word/_rels/d.xml.rels": f"<r>{links}</r>",
            **{f"word/{name}": data for name, data in parts.items()},
        }
    )


def level(number: int, style: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def kind(id: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{id}">{"".join(levels)}</w:abstractNum>'


def list_of(id: int, kind: int, start: str = "") -> str:
    override = (
        f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{start}"/></w:lvlOverride>' if start else ""
    )
    return f'<w:num w:numId="{id}"><w:abstractNumId w:val="{kind}"/>{override}</w:num>'


def item(text: str, list: int = 1, level: int = 0) -> str:
    return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr>')


NUMBERING = (
    f"<w:numbering {W}>"
    + kind(
        0,
        level(0, "decimal", "%1."),
        level(1, "decimal", "%1.%2"),
        level(2, "lowerLetter", "(%3)"),
        level(3, "lowerRoman", "(%4)"),
    )
    + kind(1, level(0, "upperLetter", "%1."), level(1, "decimalZero", "%1.%2", "<w:isLgl/>"))
    + kind(
        2,
        level(0, "bullet", "&#xF0A8;").replace(
            "</w:lvl>", '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr></w:lvl>'
        ),
    )
    + list_of(1, 0)
    + list_of(2, 0, start="5")
    + list_of(3, 1)
    + list_of(4, 2)
    + "</w:numbering>"
)


def test_the_clauses_of_a_contract_have_their_numbers():
    body = "".join(
        item(text, level=depth)
        for text, depth in (
            ("Partijen", 0), ("De huurder", 1), ("De verhuurder", 1), ("een", 2), ("twee", 2), ("onder", 3),
            ("drie", 2), ("Betaling", 0), ("Huur", 1), ("weer een", 2),
        )
    )  # fmt: skip
    assert text_of(body, numbering=NUMBERING) == (
        "1. Partijen\n1.1 De huurder\n1.2 De verhuurder\n(a) een\n(b) twee\n(i) onder\n(c) drie\n"
        "2. Betaling\n2.1 Huur\n(a) weer een"
    )


def test_a_list_goes_on_after_a_paragraph_and_another_begins_where_it_says():
    body = item("een") + paragraph("Tussen.") + item("twee") + item("vijf", 2) + item("zes", 2)
    assert text_of(body, numbering=NUMBERING) == "1. een\n\nTussen.\n\n2. twee\n5. vijf\n6. zes"


def test_letters_digits_by_law_and_boxes_as_bullets():
    body = item("kop", 3) + item("onder", 3, 1) + item("aan te kruisen", 4)
    assert text_of(body, numbering=NUMBERING) == "A. kop\n1.1 onder\n☐ aan te kruisen"


def test_an_empty_item_counts_and_stands_alone_in_a_table_only():
    row = f"<w:tr><w:tc>{item('')}</w:tc><w:tc>{paragraph('Fiets')}</w:tc></w:tr>"
    assert text_of(item("een") + item("") + item("drie"), numbering=NUMBERING) == "1. een\n3. drie"
    assert text_of(f"<w:tbl>{row}{row}</w:tbl>", numbering=NUMBERING) == "1. | Fiets\n2. | Fiets"


def test_styles_number_their_headings_unless_a_heading_has_no_list():
    styles = (
        f'<w:styles {W}><w:style w:styleId="K1"><w:name w:val="heading 1"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style><w:style w:styleId="K2"><w:name w:val="heading 2"/>'
        '<w:basedOn w:val="K1"/><w:pPr><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr></w:style></w:styles>'
    )
    body = (
        paragraph("Voorwoord", '<w:pStyle w:val="K1"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + paragraph("Leden", '<w:pStyle w:val="K1"/>')
        + paragraph("Opzegging", '<w:pStyle w:val="K2"/>')
    )
    document = read("a.docx", docx(body, numbering=NUMBERING, styles=styles))
    assert headings(document) == ["Voorwoord", "1. Leden", "1.1 Opzegging"]


def test_boxes_and_choices_of_older_forms():
    def field(data: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{data}</w:ffData></w:fldChar></w:r>'

    ticked = field('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>')
    not_ticked = field('<w:checkBox><w:default w:val="0"/></w:checkBox>')
    chosen = field(
        '<w:ddList><w:result w:val="1"/><w:listEntry w:val="rood"/><w:listEntry w:val="groen"/></w:ddList>'
    )
    run = "<w:r><w:t> {}</w:t></w:r>"
    assert (
        text_of(
            "".join(
                f"<w:p>{field}{run.format(label)}</w:p>"
                for field, label in ((ticked, "ja"), (not_ticked, "nee"), (chosen, "is de kleur"))
            )
        )
        == "☒ ja\n\n☐ nee\n\ngroen is de kleur"
    )


def test_struck_out_and_hidden_text_is_left_out_with_a_notice():
    run = "<w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r>"
    body = "".join(
        run.format(*each)
        for each in (
            ("", "Een kano kost "),
            ("<w:strike/>", "30"),
            ("<w:vanish/>", "?"),
            ('<w:strike w:val="0"/>', "22"),
        )
    )
    document = read("a.docx", docx(f"<w:p>{body}</w:p>"))
    assert document.text == "Een kano kost 22"
    assert [str(reason) for reason in document.unread] == ["its struck-out and hidden text is left out"]


def test_symbols_and_formulas_keep_their_meaning():
    symbol = (
        '<w:r><w:t>t </w:t></w:r><w:r><w:sym w:font="Symbol" w:char="F0A3"/></w:r><w:r><w:t> 5</w:t></w:r>'
    )
    formula = (
        f"<w:p {SPACES}><m:oMath><m:r><m:t>x=</m:t></m:r><m:f><m:num><m:r><m:t>b+1</m:t></m:r></m:num>"
        "<m:den><m:r>"
        "<m:t>2</m:t></m:r></m:den></m:f><m:sSup><m:e><m:r><m:t>c</m:t></m:r></m:e><m:sup><m:r><m:t>2"
        "</m:t></m:r>"
        "</m:sup></m:sSup></m:oMath></w:p>"
    )
    assert text_of(f"<w:p>{symbol}</w:p>{formula}") == "t ≤ 5\n\nx=(b+1)/2c^2"


def test_the_headers_and_footers_of_a_letter_are_read_once():
    section = (
        '<w:sectPr><w:headerReference w:type="default" r:id="h1"/>'
        '<w:headerReference w:type="first" r:id="h2"/>'
        '<w:headerReference w:type="even" r:id="h3"/><w:footerReference w:type="default" r:id="f"/>'
        "<w:titlePg/>"
        "</w:sectPr>"
    )
    heads = {
        f"{name}.xml": f"<w:hdr {W}>{''.join(map(paragraph, texts))}</w:hdr>"
        for name, texts in (
            ("h1", ["Gemeente Hoogveen"]),
            ("h2", ["Gemeente Hoogveen", "Ons kenmerk: Z-2026-114"]),
            ("h3", ["wordt niet gedrukt"]),
            ("f", ["Pagina 1 van 2", "Postbus 12"]),
        )
    }
    related = {
        "h1": ("header", "h1.xml"),
        "h2": ("header", "h2.xml"),
        "h3": ("header", "h3.xml"),
        "f": ("footer", "f.xml"),
    }
    document = read("a.docx", with_parts(paragraph("Geachte heer Bakker,") + section, related, **heads))
    assert document.text == (
        "Gemeente Hoogveen\n\nOns kenmerk: Z-2026-114\n\nGeachte heer Bakker,\n\nPostbus 12"
    )


CHART = (
    f'<c:chartSpace {SPACES}><c:lang val="nl-NL"/><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Bezoekers'
    "</a:t></a:r>"
    "</a:p></c:rich></c:tx></c:title><c:plotArea><c:ser><c:tx><c:strRef><c:strCache>"
    '<c:pt idx="0"><c:v>2025</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache>'
    '<c:pt idx="0"><c:v>Noord</c:v></c:pt><c:pt idx="1"><c:v>Zuid</c:v></c:pt></c:strCache></c:strRef>'
    "</c:cat><c:val>"
    '<c:numRef><c:numCache><c:formatCode>#,##0</c:formatCode><c:pt idx="0"><c:v>1234</c:v></c:pt>'
    '<c:pt idx="1">'
    "<c:v>987</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:plotArea></c:chart></c:chartSpace>"
)


def test_a_chart_follows_its_paragraph_and_what_cannot_be_read_is_named():
    chart = '<w:p><w:r><w:t>Zie:</w:t></w:r><w:r><w:drawing><c:chart r:id="{}"/></w:drawing></w:r></w:p>'
    related = {"c": ("chart", "c.xml"), "gone": ("chart", "gone.xml"), "e": ("package", "bijlage.xlsx")}
    document = read(
        "a.docx", with_parts(chart.format("c") + chart.format("gone"), related, **{"c.xml": CHART})
    )
    assert document.text == "Zie:\n\nBezoekers\n\nNoord | 2025: 1.234\nZuid | 2025: 987\n\nZie:"
    assert [str(reason) for reason in document.unread] == [
        "its parts word/gone.xml are missing or damaged",
        "its embedded files bijlage.xlsx are not read; save them on their own",
    ]


def test_files_of_other_kinds_inside_the_text_are_read_where_they_stand():
    page = "<html><body><p>Uit een pagina.</p></body></html>"
    chunks = {
        "a.html": "<html><body><table><tr><td>Pas</td><td>7 euro</td></tr></table></body></html>",
        "b.mht": f"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n{page}",
        "c.rtf": r"{\rtf1 Rijke tekst.\par}",
        "d.dat": docx(paragraph("Ingevoegd.")),
        "e.txt": "Platte tekst.",
    }
    body = "".join(f'<w:altChunk r:id="{name}"/>' for name in chunks)
    related = {name: ("aFChunk", name) for name in chunks}
    document = read("a.docx", with_parts(paragraph("Begin.") + body, related, **chunks))
    assert document.text == (
        "Begin.\n\nPas | 7 euro\n\nUit een pagina.\n\nRijke tekst.\n\nIngevoegd.\n\nPlatte tekst."
    )


def test_a_paragraph_whose_end_is_deleted_goes_on_and_raised_digits_stay_apart():
    begun = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>Eerste deel</w:t></w:r></w:p>"
    rest = '<w:p><w:r><w:t xml:space="preserve"> en 10</w:t></w:r>{}</w:p>'
    above = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>6</w:t></w:r>'
    assert text_of(begun + rest.format(above)) == "Eerste deel en 10⁶"
    assert text_of(begun) == "Eerste deel"


def test_comments_are_named_and_the_text_of_wordart_is_read():
    art = (
        '<w:p><w:r><w:pict><v:shape xmlns:v="v"><v:textpath string="CONCEPT"/></v:shape></w:pict></w:r></w:p>'
    )
    comment = f"<w:comments {W}><w:comment>{paragraph('Klopt dit?')}</w:comment></w:comments>"
    related = {"c": ("comments", "comments.xml")}
    document = read("a.docx", with_parts(art, related, **{"comments.xml": comment}))
    assert document.text == "CONCEPT"
    assert [str(reason) for reason in document.unread] == ["its comments are left out"]
    none = read("a.docx", with_parts(art, related, **{"comments.xml": f"<w:comments {W}/>"}))
    assert none.unread == ()
