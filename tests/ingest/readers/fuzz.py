"""Fuzz one parser, or reflow, guided by coverage.

    pip install 'atheris>=3,<4'
    python -m tests.ingest.readers.fuzz .docx --seconds 600

The article of tests/ingest/readers in that format is the seed (`reflow` starts from nothing). What is
neither a document that is whole in itself nor UnreadableDocument stops the run, and the bytes that
did it are left in FOLDER, crashes/ unless --folder names another.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rodedraad.ingest"]):
    from rodedraad.ingest.formats import SUFFIXES, reader
    from rodedraad.ingest.lines import Line
    from rodedraad.ingest.reflow import reflow
    from tests.ingest.readers.article import MAKERS, NAME, blocks_of, reading_texts
    from tests.ingest.readers.test_mutations import check

    for each in SUFFIXES:
        reader(each)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=[*MAKERS, "reflow"])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--folder", type=Path, default=Path("crashes"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as seeds:
        if options.what != "reflow":
            blocks = blocks_of(reading_texts()[NAME])[:12]
            (Path(seeds) / "seed").write_bytes(MAKERS[options.what](blocks))
        flags = [
            f"-max_total_time={options.seconds}",
            f"-artifact_prefix={options.folder}/",
            "-timeout=60",
            "-rss_limit_mb=4000",
            "-max_len=100000",
        ]
        target = fuzz_reflow if options.what == "reflow" else lambda data: check(f"a{options.what}", data)
        atheris.Setup([sys.argv[0], *flags, seeds], target)
        atheris.Fuzz()


def fuzz_reflow(data: bytes) -> None:
    """Lines drawn from the bytes keep their letters."""
    provider = atheris.FuzzedDataProvider(data)
    lines, page = [], 0
    while provider.remaining_bytes() > 4 and len(lines) < 200:
        text = " ".join(provider.ConsumeUnicodeNoSurrogates(40).split())
        page += provider.ConsumeBool()
        numbers = [provider.ConsumeIntInRange(0, most) for most in (3, 40, 3)]
        if text:
            lines.append(Line(text, page, numbers[0], provider.ConsumeBool(), numbers[1], numbers[2]))
    reading = reflow(lines, "nl")
    letters = "".join(filter(str.isalnum, "".join(line.text for line in lines)))
    assert "".join(filter(str.isalnum, reading.text)) == letters


if __name__ == "__main__":
    main()
