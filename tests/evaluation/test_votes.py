"""Votes: kept once, decided on once, and made gold questions only on evidence that is in the corpus."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from rodedraad.answering.answer import LONGEST_QUESTION, Answer
from rodedraad.answering.quotes import Quote
from rodedraad.evaluation.ask_gold import evaluate
from rodedraad.evaluation.gold_file import load_gold
from rodedraad.evaluation.votes import Votes
from rodedraad.index.build import reindex
from rodedraad.index.search import Hit, Searcher
from rodedraad.ingest.documents import Citation, Document
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.texts.refusal import Refusal

FIRST, SECOND = "Een kaartje voor de kabelbaan kost twintig sol.", "De bessen worden in mei geplukt."
TEXT = f"{FIRST} {SECOND}"


def an_answer(question: str, *spans: tuple[int, int], passage: int = len(TEXT)) -> Answer:
    """An answer that quotes these spans of the text, from a passage that ends at `passage`; or silence."""
    document = Document("a.txt", "", "nl", Citation(), TEXT, ())
    hit = Hit(1, 1.0, {}, document.passage(0, passage, [(0, len(FIRST))]), document, frozenset())
    quotes = tuple(
        Quote(n, TEXT[start:end], document, start, end, None, hit) for n, (start, end) in enumerate(spans, 1)
    )
    return Answer("answer" if quotes else "no answer", question, question, "nl", 0.5, quotes, (hit,), 1.0)


@pytest.fixture
def cableway_home(tmp_path: Path) -> Path:
    """An index home over one document."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text(TEXT, "utf-8")
    reindex(tmp_path / "corpus", tmp_path / "home")
    return tmp_path / "home"


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_vote_is_a_line_with_the_quotes_as_evidence(tmp_path: Path) -> None:
    votes = Votes(tmp_path)
    votes.vote(an_answer("Wat kost een kaartje?", (0, len(FIRST))), "up")
    votes.vote(an_answer("Wie is de president?"), "down")
    up, down = lines(tmp_path / "candidates.jsonl")
    assert (up["question"], up["lang"], up["vote"], up["abstained"]) == (
        "Wat kost een kaartje?", "nl", "up", False,
    )  # fmt: skip
    assert up["evidence"] == up["quotes"] == [FIRST]
    assert str(up["time"]).endswith("+00:00")
    assert (down["vote"], down["abstained"], down["evidence"], down["quotes"]) == ("down", True, [], [])
    assert [voted.vote for voted in votes.waiting()] == ["down", "up"]  # the newest first


def test_voting_again_changes_nothing_twice_and_the_last_vote_counts(tmp_path: Path) -> None:
    votes, answer = Votes(tmp_path), an_answer("Wat kost een kaartje?", (0, len(FIRST)))
    for vote in ("up", "up", "down", "down", "up"):
        votes.vote(answer, vote)
    assert [line["vote"] for line in lines(tmp_path / "candidates.jsonl")] == ["up", "down", "up"]
    (voted,) = votes.waiting()
    assert voted.vote == "up"
    votes.dismiss(voted.id)
    votes.vote(answer, "down")
    assert votes.waiting() == []
    assert not votes.gold.exists()


def test_many_votes_at_once_are_all_kept_whole(tmp_path: Path) -> None:
    answers = [an_answer(f"Vraag {n}? {'en verder ' * 100}", (0, len(FIRST))) for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda answer: Votes(tmp_path).vote(answer, "up"), answers * 2))
    assert sorted(str(line["question"]) for line in lines(tmp_path / "candidates.jsonl")) == sorted(
        answer.question for answer in answers
    )


def test_a_line_that_was_cut_off_spoils_no_other(tmp_path: Path) -> None:
    votes = Votes(tmp_path)
    votes.vote(an_answer("Eerste?"), "up")
    path = tmp_path / "candidates.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id": "1", "question": "Twee\n3\n{"id": []}\nnull\n\xff\n' + whole[:40])
    votes.vote(an_answer("Derde?"), "up")
    assert [voted.question for voted in votes.waiting()] == ["Derde?", "Eerste?"]


def test_no_vote_is_taken_past_a_limit(tmp_path: Path) -> None:
    (tmp_path / "candidates.jsonl").write_bytes((b" " * 999 + b"\n") * 10_001)
    with pytest.raises(RodeDraadError, match="Too many votes"):
        Votes(tmp_path).vote(an_answer("Nog een?"), "up")
    with pytest.raises(RodeDraadError, match="cannot be kept"):
        Votes(tmp_path / "candidates.jsonl").vote(an_answer("Nog een?"), "up")


def test_a_follow_up_is_kept_as_a_question_that_stands_alone(tmp_path: Path) -> None:
    answer = replace(an_answer("En waarom?"), understood_as="Wat kost een kaartje? En waarom?")
    Votes(tmp_path).vote(answer, "down")
    Votes(tmp_path).vote(replace(answer, understood_as="a" * (LONGEST_QUESTION + 1)), "down")
    assert [voted.question for voted in Votes(tmp_path).waiting()] == [
        "En waarom?",
        "Wat kost een kaartje? En waarom?",
    ]


def test_a_quote_over_the_end_of_its_passage_is_evidence_in_two_pieces(tmp_path: Path) -> None:
    votes = Votes(tmp_path)
    votes.vote(an_answer("Wat?", (0, len(TEXT)), passage=len(FIRST)), "up")
    assert votes.waiting()[0].evidence == (FIRST, f" {SECOND}")


def test_accepted_votes_are_gold_questions_that_can_be_asked(cableway_home: Path) -> None:
    votes, searcher = Votes(cableway_home), Searcher.open(cableway_home)
    votes.vote(an_answer("Wat kost een kaartje?", (0, len(FIRST))), "up")
    votes.vote(an_answer("Wie is de president?"), "up")
    silent, answered = votes.waiting()
    votes.accept(silent.id, searcher.generation, None)
    votes.accept(answered.id, searcher.generation, answered.evidence)
    votes.accept(answered.id, searcher.generation, answered.evidence)  # somebody was first
    assert votes.waiting() == []
    assert load_gold(cableway_home / "gold.jsonl") == [
        {"id": silent.id, "lang": "nl", "question": "Wie is de president?", "answerable": False},
        {
            "id": answered.id,
            "lang": "nl",
            "question": "Wat kost een kaartje?",
            "answerable": True,
            "evidence": [FIRST],
        },
    ]
    assert [(o.id, len(o.relevant)) for o in evaluate(searcher, cableway_home / "gold.jsonl")] == [
        (silent.id, 0),
        (answered.id, 1),
    ]


def test_a_crash_between_the_two_files_leaves_one_gold_line(cableway_home: Path) -> None:
    votes, generation = Votes(cableway_home), Searcher.open(cableway_home).generation
    votes.vote(an_answer("Wat kost een kaartje?", (0, len(FIRST))), "up")
    before = (cableway_home / "candidates.jsonl").read_bytes()
    id = votes.waiting()[0].id
    votes.accept(id, generation, [FIRST])
    (cableway_home / "candidates.jsonl").write_bytes(before)
    votes.accept(id, generation, [FIRST])
    assert len(load_gold(cableway_home / "gold.jsonl")) == 1
    assert votes.waiting() == []


def test_evidence_must_stand_in_the_corpus(cableway_home: Path) -> None:
    votes, generation = Votes(cableway_home), Searcher.open(cableway_home).generation
    votes.vote(an_answer("Wat kost een kaartje?"), "down")
    id = votes.waiting()[0].id
    with pytest.raises(Refusal, match="evidence_none"):
        votes.accept(id, generation, ["", " … "])
    with pytest.raises(Refusal, match="evidence_unknown") as refused:
        votes.accept(id, generation, [FIRST, "Een kaartje kost dertig sol."])
    assert refused.value.given == {"piece": "Een kaartje kost dertig sol."}
    assert len(votes.waiting()) == 1
    assert not votes.gold.exists()
    votes.accept(id, generation, ["een KAARTJE voor  de\nkabelbaan", ""])
    assert load_gold(votes.gold)[0]["evidence"] == ["een KAARTJE voor de kabelbaan"]


def test_a_gold_file_of_something_else_is_left_alone(cableway_home: Path) -> None:
    votes = Votes(cableway_home)
    votes.vote(an_answer("Wat kost een kaartje?"), "up")
    votes.gold.write_text("mijn notities", "utf-8")
    with pytest.raises(RodeDraadError, match=r"gold\.jsonl, line 1, is not a gold question"):
        votes.accept(votes.waiting()[0].id, Searcher.open(cableway_home).generation, None)
    assert votes.gold.read_text("utf-8") == "mijn notities"
    assert len(votes.waiting()) == 1
