"""OpenDocument text: numbers as they are printed, merged cells, shapes, charts, forms and headers."""

from tests.ingest.readers.made_files import zipped
from tests.ingest.readers.reading import headings, read

NAMES = "office text table style draw form chart"
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in NAMES.split()
)
SPACES += ' xmlns:xlink="urn:xlink" xmlns:loext="urn:loext" xmlns:field="urn:field"'
LISTS = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/>'
    '<text:list-level-style-number text:level="3" style:num-format="i" style:num-prefix="(" '
    'style:num-suffix=")"/>'
    '</text:list-style><text:list-style style:name="M"><text:list-level-style-number text:level="1" '
    'style:num-format="I" loext:num-list-format="%1%."/><text:list-level-style-number text:level="2" '
    'style:num-format="1" loext:num-list-format="%1%.%2%"/></text:list-style>'
)
OUTLINE = (
    "<text:outline-style>"
    '<text:outline-level-style text:level="1" style:num-format="1" style:num-prefix="Artikel "/>'
    '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
    "</text:outline-style>"
)
PAGES = (
    '<office:master-styles><style:master-page style:name="Standard"><style:header>'
    "<text:p>Stichting De Linde</text:p>"
    "</style:header><style:footer><text:p>Pagina <text:page-number>1</text:page-number></text:p>"
    "</style:footer>"
    '</style:master-page><style:master-page style:name="Ander"><style:header><text:p>ongebruikt</text:p>'
    "</style:header></style:master-page></office:master-styles>"
)


def odt(body: str, styles: str = "", **parts: str) -> bytes:
    return zipped(
        {
            "content.xml": (
                f"<office:document-content {SPACES}><office:automatic-styles>{LISTS}"
                "</office:automatic-styles>"
                f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
            ),
            "styles.xml": f"<office:document-styles {SPACES}>{styles}</office:document-styles>",
            **parts,
        }
    )


def text_of(body: str, styles: str = "", **parts: str) -> str:
    return read("a.odt", odt(body, styles, **parts)).text


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def item(*parts: str, more: str = "") -> str:
    return f"<text:list-item{more}>{''.join(parts)}</text:list-item>"


def listed(*items: str, style: str = "", more: str = "") -> str:
    name = f' text:style-name="{style}"' if style else ""
    return f"<text:list{name}{more}>{''.join(items)}</text:list>"


def test_a_list_is_continued_by_its_id_and_begins_where_it_says():
    inner = listed(item(p("klein"), listed(item(p("kleiner")))))
    body = (
        listed(item(p("een"), inner), item(p("twee")), style="L", more=' xml:id="l1"')
        + p("Tussen.")
        + listed(
            item(listed(item(p("onder twee")))), item(p("drie")), style="L", more=' text:continue-list="l1"'
        )
        + listed(item(p("opnieuw")), item(p("zeven"), more=' text:start-value="7"'), style="L")
    )
    assert text_of(body) == (
        "1. een\na) klein\n(i) kleiner\n2. twee\n\nTussen.\n\na) onder twee\n3. drie\n1. opnieuw\n7. zeven"
    )


def test_roman_numbers_and_the_form_that_newer_versions_write():
    assert text_of(listed(item(p("een"), listed(item(p("onder")))), item(p("twee")), style="M")) == (
        "I. een\nI.1 onder\nII. twee"
    )


def test_headings_have_the_numbers_of_the_outline():
    body = "".join(
        f'<text:h text:outline-level="{level}"{more}>{text}</text:h>'
        for level, text, more in (
            (1, "Leden", ""),
            (2, "Aanmelding", ""),
            (2, "Opzegging", ""),
            (1, "Bijlage", ' text:is-list-header="true"'),
        )
    )
    document = read("a.odt", odt(body, OUTLINE))
    assert headings(document) == ["Artikel 1 Leden", "1.1 Aanmelding", "1.2 Opzegging", "Bijlage"]


def test_a_merged_cell_labels_each_of_its_rows():
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell{more}>{p(text)}</table:table-cell>"

    rows = (
        cell("Maandag", ' table:number-rows-spanned="2"') + cell("9 uur"),
        "<table:covered-table-cell/>" + cell("14 uur"),
        cell("Dinsdag", ' table:number-columns-spanned="2"') + "<table:covered-table-cell/>",
    )
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    assert text_of(f"<table:table>{table}</table:table>") == "Maandag | 9 uur\nMaandag | 14 uur\nDinsdag"


def test_shapes_charts_bibliography_and_boxes_are_read():
    chart = (
        f"<office:document-content {SPACES}><chart:chart><chart:title>{p('Bezoekers')}</chart:title>"
        "<table:table>"
        f"<table:table-row><table:table-cell/><table:table-cell>{p('2025')}</table:table-cell>"
        "</table:table-row>"
        f"<table:table-row><table:table-cell>{p('Noord')}</table:table-cell><table:table-cell>{p('37')}"
        "</table:table-cell></table:table-row></table:table></chart:chart></office:document-content>"
    )
    forms = (
        "<office:forms><form:form>"
        '<form:checkbox form:id="a" form:label="Akkoord" form:current-state="checked"/>'
        '<form:checkbox form:id="b" form:label="Bezwaar"/></form:form></office:forms>'
    )
    word_box = (
        '<field:fieldmark field:type="x.FORMCHECKBOX"><field:param field:name="Checkbox_Checked" '
        'field:value="true"/></field:fieldmark>'
    )
    body = (
        forms
        + p('Zie<draw:custom-shape><text:p>Een vorm.</text:p></draw:custom-shape><draw:frame><draw:object '
            'xlink:href="./Object 1"/></draw:frame> hieronder.')
        + "<text:bibliography><text:index-body>"
        + p("Vries, A. de (2019). Water.")
        + "</text:index-body></text:bibliography>"
        + p('<draw:control draw:control="a"/>')
        + p('<draw:control draw:control="b"/>')
        + p(f"{word_box} uit Word")
    )  # fmt: skip
    document = read("a.odt", odt(body, **{"Object 1/content.xml": chart}))
    assert document.text == (
        "Zie hieronder.\n\nEen vorm.\n\nBezoekers\n\nNoord | 2025: 37\n\nVries, A. de (2019). Water.\n\n"
        "☒ Akkoord\n\n☐ Bezwaar\n\n☒ uit Word"
    )
    assert [str(reason) for reason in read("a.odt", odt(body)).unread] == [
        "its embedded files Object 1 are not read; save them on their own"
    ]


def test_the_header_of_the_pages_in_use_is_read_once():
    assert text_of(p("Beste Anna,"), PAGES) == "Stichting De Linde\n\nBeste Anna,"
    heading = '<text:h text:outline-level="1">Verslag</text:h>'
    assert text_of(heading + p("Tekst."), PAGES) == "Verslag\n\nTekst.\n\nStichting De Linde"


def test_indexes_are_read_and_hidden_fields_are_not():
    body = (
        "<text:alphabetical-index><text:index-body><text:p>dijk, 4</text:p></text:index-body>"
        '</text:alphabetical-index><text:p>Open<text:hidden-text text:is-hidden="true">geheim'
        '</text:hidden-text> om 10<text:span text:style-name="S">6</text:span>.</text:p>'
    )
    style = (
        '<style:style style:name="S"><style:text-properties style:text-position="super 58%"/></style:style>'
    )
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{style}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    found = read("a.odt", zipped({"content.xml": content}))
    assert found.text == "dijk, 4\n\nOpen om 10⁶."
    assert [str(reason) for reason in found.unread] == ["its struck-out and hidden text is left out"]


def test_comments_are_named():
    document = read(
        "a.odt", odt("<text:p>Tekst.<office:annotation><text:p>?</text:p></office:annotation></text:p>")
    )
    assert document.text == "Tekst."
    assert [str(reason) for reason in document.unread] == ["its comments are left out"]
