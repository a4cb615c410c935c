"""Pages a second read from PDFs on two cores, against pypdf and kreuzberg in the same run.

    pip install 'pypdf>=7,<8' 'kreuzberg>=4,<5'
    python -m tests.benchmarks.ingest

The PDFs hold the corpus several times over in two columns. Each reader takes them all in turn,
by two processes (kreuzberg by its own threads), after a first file that is not timed; the ratio is
over the faster of the two peers. Ours also mends lines, finds headings and detects the language,
which the peers do not.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.ingest.read_file import read_bytes
from tests.ingest.readers.article import blocks_of, reading_texts
from tests.ingest.readers.printed import Print, print_pages

DOCUMENTS, TIMES, RUNS, CORES = 8, 12, 5, 2


def main() -> None:
    from kreuzberg import batch_extract_files_sync
    from pypdf import PdfReader

    levels = {"title": 1, "heading": 2, "paragraph": 0, "item": 0}
    text = "\n".join(reading_texts().values())
    blocks = [(levels[block.kind], block.text) for block in blocks_of(text)] * TIMES
    data = print_pages(blocks, Print(columns=2, running_head="Glo.be", language="nl_NL"))
    with (
        tempfile.TemporaryDirectory() as folder,
        ParserPool(processes=CORES) as parsers,
        ProcessPoolExecutor(CORES) as pool,
    ):
        for number in range(DOCUMENTS):
            (Path(folder) / f"{number}.pdf").write_bytes(data + b"\n%% %d" % number)
        sources, _ = scan(Path(folder))
        paths = [str(source.path) for source in sources]
        pages = len(PdfReader(paths[0]).pages) * DOCUMENTS

        def own(count: int) -> None:
            list(parsers.map(lambda s: parsers.read_documents(s, read_bytes(s)), sources[:count]))

        readers: dict[str, Callable[[int], None]] = {
            "rodedraad": own,
            "pypdf": lambda count: consume(pool.map(by_pypdf, paths[:count])),
            "kreuzberg": lambda count: consume(batch_extract_files_sync(paths[:count])),
        }
        for read in readers.values():
            read(CORES)
        runs = [{name: seconds(read, DOCUMENTS) for name, read in readers.items()} for _ in range(RUNS)]
    for name in readers:
        print(f"{name}: {pages / statistics.median(run[name] for run in runs):,.0f} pages a second (median)")
    ratios = [min(run["pypdf"], run["kreuzberg"]) / run["rodedraad"] for run in runs]
    print(f"times the faster peer, median over {RUNS} runs: {statistics.median(ratios):.2f}")


def by_pypdf(path: str) -> int:
    from pypdf import PdfReader

    return sum(len(page.extract_text()) for page in PdfReader(path).pages)


def consume(results) -> None:
    for _ in results:
        pass


def seconds(read: Callable[[int], None], count: int) -> float:
    started = time.perf_counter()
    read(count)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
