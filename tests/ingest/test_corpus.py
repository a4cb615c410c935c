"""The corpus that ships: its files as given, their citations, and evidence for every gold question."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rodedraad.ingest.corpus_folder import Example, Source, load_sources, scan
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.language import detect_language
from rodedraad.ingest.read_documents import read_documents
from rodedraad.ingest.read_file import read_bytes

CORPUS = Path(__file__).parents[2] / "corpus"
GOLD = Path(__file__).parents[2] / "app/evaluation/gold"


def squash(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def sources_of(corpus: Path) -> dict[str, Source]:
    return {source.id: source for source in scan(corpus)[0]}


@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        (
            "vijf-projecten-in-peru.txt",
            "27a1e48878754f68aa6326f3f62e3e678048cfda5b3703f68ad37f89505843b3",
        ),
        (
            "50-jaar-ontwikkelingssamenwerking-in-peru.txt",
            "d1ea99aa3e01a4fbea8af924a1e78ec82bf08b97c9c57f4f198945f6bf4ec548",
        ),
        (
            "peru-partnerland.txt",
            "576ac639165d211b859e86dc5b89b50e10cf56614f67c6e26020b35cb76190ea",
        ),
    ],
)
def test_the_corpus_is_byte_for_byte_as_given(name: str, sha256: str) -> None:
    source = sources_of(CORPUS)[name]
    data = read_bytes(source)
    assert hashlib.sha256(data).hexdigest() == sha256
    assert read_documents(source, data)[0].sha256 == sha256
    assert source.size == len(data)


def test_the_corpus_holds_three_dutch_texts_and_nothing_else() -> None:
    sources, others = scan(CORPUS)
    assert [source.id for source in sources] == [
        "50-jaar-ontwikkelingssamenwerking-in-peru.txt",
        "peru-partnerland.txt",
        "vijf-projecten-in-peru.txt",
    ]
    assert others == []
    for source in sources:
        data = read_bytes(source)
        assert read_documents(source, data)[0].language == "nl"
        assert detect_language(data.decode("utf-8")) == "nl"


def test_a_citation_of_the_corpus_gives_what_the_text_gives() -> None:
    sources = sources_of(CORPUS)
    assert sources["50-jaar-ontwikkelingssamenwerking-in-peru.txt"].citation == Citation(
        title="50 jaar ontwikkelingssamenwerking in Peru", author="Noémie Nyst", date="2015-12-01"
    )
    assert sources["peru-partnerland.txt"].citation == Citation(title="Peru")
    projects = sources["vijf-projecten-in-peru.txt"]
    assert projects.citation == Citation()
    assert read_documents(projects, read_bytes(projects))[0].title == "vijf-projecten-in-peru.txt"


def test_the_example_questions_of_the_corpus() -> None:
    examples = load_sources(CORPUS).examples
    assert Example("Hoe komen vrouwen aan een eigen inkomen?", "dit weef- en breiwerk thuis doen") in examples
    assert Counter(detect_language(example.question) for example in examples) == {
        "nl": 3, "en": 3, "fr": 3, "es": 3, "de": 3,
    }  # fmt: skip


def gold(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLD / name).read_text("utf-8").splitlines()]


def test_all_evidence_is_in_the_reading_texts() -> None:
    texts = {s.id: squash(read_documents(s, read_bytes(s))[0].text) for s in scan(CORPUS)[0]}
    turns = gold("questions.jsonl")
    for conversation in gold("conversations.jsonl"):
        turns += conversation["turns"]
    spans = [(turn["doc"], span) for turn in turns for span in turn.get("evidence") or ()]
    assert len(spans) > 150
    assert [(doc, span) for doc, span in spans if squash(span) not in texts[doc]] == []
