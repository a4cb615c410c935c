"""Recognition: text in pictures and scanned pages, by tesseract; what is reported without it, or too late."""

import io
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from rodedraad.answering.citation_formats import reference
from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.deadline import set_deadline
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.parser_pool import Limits, ParserPool
from rodedraad.ingest.readers.pdf_page import draw_page
from rodedraad.ingest.readers.picture import open_pictures, read_shown
from rodedraad.ingest.readers.recognition import RESERVE, _languages, can_recognise
from tests.ingest.readers.reading import read
from tests.ingest.readers.test_mutations import CHANGES, mutated
from tests.ingest.readers.test_pdf_parts import pages
from tests.ingest.readers.test_pdf_tables import HOURS, by_rows, placed

pytestmark = pytest.mark.slow

SENTENCE = "De veerpont naar Wijkerveer vaart ook op zondag, behalve bij dichte mist of ijsgang."
with_tesseract = pytest.mark.skipif(not can_recognise(), reason="tesseract is not installed")


def scanned(data: bytes, number: int = 0, dots: int = 200) -> Image.Image:
    """A page of a PDF as a scanner sees it."""
    with pdfium.PdfDocument(data) as document:
        image = document[number].render(scale=dots / 72).to_pil().convert("L")
    return image.filter(ImageFilter.GaussianBlur(0.6)).crop((0, 300, image.width, 700))


def saved(*images: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    images[0].save(file, kind, save_all=len(images) > 1, append_images=images[1:])
    return file.getvalue()


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for a program of that name; it lists two languages, and does as the test writes in it."""
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", str(program.parent))
    _languages.cache_clear()
    yield program
    _languages.cache_clear()
    set_deadline(float("inf"))


def write(program: Path, does: str) -> None:
    listing = "if '--list-langs' in sys.argv: print('List:\\nnld\\neng'); sys.exit()"
    program.write_text(f"#!{sys.executable}\nimport sys, time\n{listing}\n{does}\n")
    program.chmod(0o755)


@with_tesseract
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_the_text_of_a_picture_is_read_and_marked(kind: str) -> None:
    data = saved(scanned(placed((60, 700, SENTENCE))), kind=kind)
    document = read(f"a.{kind.lower()}", data)
    assert document.text == SENTENCE
    assert reference(document, 0) == f"a.{kind.lower()}, p. 1, OCR"
    picture = draw_page(data, 1, "", document.text)
    ((left, top, width, height),) = picture.boxes
    assert (round(left), round(width), round(top)) == (10, 62, 18)
    assert height < 8
    assert (picture.width, picture.height) == (1654, 400)


@with_tesseract
def test_the_pictures_of_a_tiff_are_pages_and_a_table_is_rows() -> None:
    data = saved(scanned(placed((60, 700, SENTENCE))), scanned(by_rows(HOURS, (60, 160))), kind="TIFF")
    document = read("a.tif", data)
    assert document.text.split("\n\n", 1) == [SENTENCE, "\n".join(" | ".join(row) for row in HOURS)]
    assert (len(document.page_starts), document.recognised) == (2, (1, 2))


@with_tesseract
def test_a_scanned_page_between_others_is_read_and_marked() -> None:
    file = io.BytesIO()
    scan = pdfium.PdfDocument(saved(scanned(placed((60, 700, SENTENCE))), kind="PDF"))
    both = pdfium.PdfDocument(placed((60, 700, "Een bladzijde met tekst.")))
    both.import_pages(scan)
    both.save(file)
    document = read("a.pdf", file.getvalue())
    assert document.text == f"Een bladzijde met tekst. {SENTENCE}"
    assert (document.recognised, document.unread) == ((2,), ())
    assert [document.is_recognised_at(place) for place in (0, len(document.text) - 1)] == [False, True]
    ((left, top, width, _),) = draw_page(file.getvalue(), 2, "", SENTENCE).boxes
    assert (round(left), round(width), round(top)) == (10, 62, 18)


@with_tesseract
def test_a_picture_without_text_is_told() -> None:
    with pytest.raises(UnreadableDocument, match="no text was recognised"):
        read("a.png", saved(Image.effect_noise((400, 300), 40)))


def test_without_the_program_a_picture_and_a_scan_say_what_to_install(tesseract: Path) -> None:
    with pytest.raises(UnreadableDocument, match="install tesseract to have its text recognised"):
        read("a.png", saved(Image.new("L", (60, 80), 90)))
    with pytest.raises(UnreadableDocument, match="only pictures, as a scan does; install tesseract"):
        read("a.pdf", pages(""))


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
@pytest.mark.parametrize("does", ["time.sleep(30)", "sys.exit(1)", "print('level\\ttext\\n5')", "1 / 0"])
def test_pages_that_are_not_recognised_in_time_are_named(tesseract: Path, does: str) -> None:
    write(tesseract, does)
    set_deadline(RESERVE + 1)
    document = read("a.pdf", pages(SENTENCE, "", "", SENTENCE))
    assert [str(reason) for reason in document.unread] == [
        "its pictures on these pages took too long to recognise: 2–3; "
        "split it, or raise parse_seconds in settings.toml"
    ]
    set_deadline(RESERVE)
    assert document.text == read("a.pdf", pages(SENTENCE, "", "", "", "", "", SENTENCE)).text


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
@pytest.mark.parametrize("killed", ["words", "turn", "words of the turned"])
def test_a_picture_whose_recognition_is_broken_off_is_named_and_not_read_as_it_lies(
    tesseract: Path, killed: str
) -> None:
    steps = tesseract.with_name("steps")
    head = "level\tblock_num\tpar_num\tline_num\tleft\ttop\twidth\theight\tconf\ttext"
    row = "5\t1\t1\t1\t10\t10\t90\t20\t60\tSNID.M"
    write(
        tesseract,
        f"""
import os
steps = open({str(steps)!r}, 'a+')
steps.seek(0)
step = 'turn' if '0' in sys.argv else 'words of the turned' if steps.read() else 'words'
print(step, file=steps, flush=True)
if step == {killed!r}: os.kill(os.getpid(), 9)
print('Rotate: 90' if step == 'turn' else {head!r} + '\\n' + {row!r})
""",
    )
    image = saved(Image.effect_noise((400, 300), 40))
    late = "its pictures on these pages took too long to recognise: 1; "
    with pytest.raises(UnreadableDocument, match=late):
        read("a.png", image)
    assert steps.read_text().splitlines()[-1] == killed
    steps.unlink()
    with pytest.raises(UnreadableDocument, match=late):
        read_shown(image)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are looked up in /proc")
def test_recognition_ends_with_the_process_that_asked_for_it(tesseract: Path) -> None:
    started = tesseract.with_name("started")
    write(tesseract, f"open({str(started)!r}, 'w').close(); time.sleep(60)")
    source = Source("a.png", tesseract.with_name("a.png"), 0, 0, None, Citation())
    pool = ParserPool(Limits(seconds=40))
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(pool.read_documents, source, saved(Image.effect_noise((400, 300), 40)))
        while not started.exists():
            assert not reading.done(), reading.result()
            time.sleep(0.05)
        assert _running(tesseract) == 1
        pool.kill()
        with pytest.raises(UnreadableDocument, match="its reader crashed"):
            reading.result()
    ended = time.monotonic()
    while _running(tesseract):
        assert time.monotonic() < ended + 10
        time.sleep(0.05)


def _running(program: Path) -> int:
    """How many processes run a program."""
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    return sum(bytes(program) in command for command in commands)


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n", b"II*\0\xff\xff\xff\xff", saved(Image.effect_noise((99, 99), 40))[:900]]
)
def test_a_damaged_picture_is_told(data: bytes) -> None:
    with (
        pytest.raises(UnreadableDocument, match="it is damaged, or not a picture"),
        open_pictures(data) as found,
    ):
        found[0]


@pytest.mark.skipif(os.name == "nt", reason="a script is no program there")
def test_a_picture_of_too_many_pixels_is_refused(tesseract: Path) -> None:
    write(tesseract, "sys.exit(1)")
    with pytest.raises(UnreadableDocument, match="more than 100,000,000 pixels|damaged"):
        read("a.png", saved(Image.new("1", (20_000, 9_000))))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_a_picture_of_any_kind_becomes_black_on_white(mode: str) -> None:
    image = Image.new("L", (90, 90), 255)
    image.paste(0, (30, 30, 60, 60))
    made = (
        Image.fromarray(np.asarray(image).astype("uint16") * 257) if mode == "I;16" else image.convert(mode)
    )
    with open_pictures(saved(made, kind="TIFF" if mode in ("CMYK", "I;16") else "PNG")) as pictures:
        grey = pictures[0]
    assert [grey.getpixel((place, place)) for place in (10, 90)] == [255, 0]


@settings(deadline=None, max_examples=50)
@given(changes=CHANGES, kind=st.sampled_from(["PNG", "JPEG", "TIFF"]))
def test_a_changed_picture_is_opened_or_told(changes: list[tuple[str, float, int, bytes]], kind: str) -> None:
    data = mutated(saved(*[Image.effect_noise((40, 30), 40)] * (1 + (kind == "TIFF")), kind=kind), changes)
    try:
        with open_pictures(data) as pictures:
            assert all(pictures[number].size for number in range(pictures.count))
    except UnreadableDocument:
        return


@with_tesseract
@pytest.mark.parametrize("turned", [90, 180])
def test_a_picture_on_its_side_is_read_and_marked_where_it_stands(turned: int) -> None:
    data = saved(scanned(placed((60, 700, SENTENCE), (60, 660, SENTENCE))).rotate(turned, expand=True))
    assert read("a.png", data).text.count(SENTENCE) == 2
    assert all(left + wide < 100 for left, _, wide, _ in draw_page(data, 1, "", SENTENCE).boxes)
