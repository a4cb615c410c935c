"""Slides: numbers, merged cells and charts of a presentation; a damaged slide costs that slide."""

import io

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE

from tests.ingest.readers.made_files import R, zipped
from tests.ingest.readers.reading import read

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def test_numbers_tables_and_charts_are_read_as_they_are_shown():
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "Stappen"
    frame = slide.placeholders[1].text_frame
    for text in ("Meld je aan", "Betaal", "Kom langs"):
        paragraph = frame.add_paragraph() if frame.text else frame.paragraphs[0]
        paragraph.text = text
        numbered = paragraph._p.get_or_add_pPr().makeelement(f"{A}buAutoNum", {"type": "alphaLcParenR"})
        paragraph._p.get_or_add_pPr().append(numbered)
    table = slide.shapes.add_table(2, 2, 0, 0, 99, 99).table
    for row, column, text in ((0, 0, "Maandag"), (0, 1, "9 uur"), (1, 1, "14 uur")):
        table.cell(row, column).text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    data = CategoryChartData()
    data.categories = ["Noord", "Zuid"]
    data.add_series("2024", (12, 7))
    data.add_series("2025", (14, 8))
    chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 99, 99, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Leden per afdeling"
    file = io.BytesIO()
    show.save(file)
    assert read("a.pptx", file.getvalue()).text == (
        "Stappen\n\na) Meld je aan\nb) Betaal\nc) Kom langs\n\nMaandag | 9 uur\nMaandag | 14 uur\n\n"
        "Leden per afdeling\n\nNoord | 2024: 12 | 2025: 14\nZuid | 2024: 7 | 2025: 8"
    )


def test_the_diagram_of_a_slide_is_read_in_the_order_of_its_shapes():
    from rodedraad.ingest.readers.drawings import diagram_lines
    from rodedraad.ingest.xml_elements import parse_xml

    def point(id: int, text: str = "", kind: str = "node") -> str:
        return f'<pt modelId="{id}" type="{kind}"><t><p><r><t>{text}</t></r></p></t></pt>'

    links = "".join(
        f'<cxn srcId="{above}" destId="{below}" srcOrd="{order}"/>'
        for above, below, order in ((0, 2, 1), (0, 1, 0), (1, 3, 0), (3, 1, 0))
    )
    points = point(0, kind="doc") + point(1, "een") + point(2, "twee") + point(3, "onder een")
    data = f"<m><ptLst>{points}{point(9, 'vorm', 'pres')}</ptLst><cxnLst>{links}</cxnLst></m>"
    assert [line.text for line in diagram_lines(parse_xml(data.encode(), "a"))] == [
        "een",
        "onder een",
        "twee",
    ]


def test_a_slide_that_is_missing_is_named():
    slide = "<sld><sp><txBody><p><r><t>Heel.</t></r></p></txBody></sp></sld>"
    links = "".join(f'<Relationship Id="r{n}" Target="slides/slide{n}.xml"/>' for n in (1, 2))
    parts = {
        "ppt/presentation.xml": f'<p {R}><sldIdLst><sldId r:id="r1"/><sldId r:id="r2"/></sldIdLst></p>',
        "ppt/_rels/presentation.xml.rels": f"<r>{links}</r>",
        "ppt/slides/slide2.xml": slide,
    }
    document = read("a.pptx", zipped(parts))
    assert document.text == "Heel."
    assert [str(reason) for reason in document.unread] == [
        "its parts ppt/slides/slide1.xml are missing or damaged"
    ]
