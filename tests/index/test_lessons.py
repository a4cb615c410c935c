"""Lessons: articles, conversations and people's questions, as the encoder learns from them."""

import gzip
import json
from pathlib import Path

from index.training.lessons import article_lessons, piaf_lessons, xquad_lessons
from index.training.xquad import paragraphs


def test_a_name_is_exchanged_for_one_that_the_articles_lack(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/a.txt").write_text("De koffie komt uit Peru. In 1965 begon het.")
    lines = [
        {"question": question, "answerable": True, "evidence": ["In 1965 begon het."], "doc": "a.txt"}
        for question in (["Wat begon er in 1965?", "Komt koffie uit Peru?"] * 20)
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)))
    [plain] = article_lessons(tmp_path)
    [lesson] = article_lessons(tmp_path, ["Bolivia", "Peru"])
    assert plain.questions == lesson.questions[:40]
    edited = lesson.questions[40:]
    assert 5 < len(edited) < 35
    assert {question.evidence for question in edited} == {()}
    assert all("1965" not in q.text and "Peru" not in q.text for q in edited)
    assert "Komt koffie uit Bolivia?" in {q.text for q in edited}


def test_a_turn_of_a_talk_is_asked_as_it_should_be_understood(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/a.txt").write_text("De koffie komt uit Peru. In 1965 begon het.")
    turn = {"question": "En waarvandaan?", "answerable": True, "evidence": ["De koffie komt uit Peru."]}
    turns = [
        {**turn, "doc": "a.txt", "understood_as": "Waar komt de koffie vandaan?"},
        {"question": "bedankt", "answerable": False, "evidence": [], "doc": "", "understood_as": ""},
    ]
    (tmp_path / "conversations.jsonl").write_text(json.dumps({"turns": turns}))
    [lesson] = article_lessons(tmp_path)
    assert [q.text for q in lesson.questions] == ["Waar komt de koffie vandaan?"]


def test_half_of_the_subjects_of_xquad_are_learned_from(tmp_path: Path) -> None:
    (tmp_path / "xquad").mkdir()
    for language in ("nl", "en", "es", "de"):
        rows = [
            {
                "article": f"subject {n}",
                "passage": f"One is first. The answer is {n}. It is {language}.",
                "questions": [{"id": str(n), "question": f"{language} {n}?"}],
            }
            for n in range(4)
        ]
        (tmp_path / "xquad" / f"{language}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    answers = [
        {"lang": language, "id": str(n), "answer": str(n), "start": 28}
        for language in ("nl", "en")
        for n in (0, 1, 2)
    ]
    (tmp_path / "xquad-answers.jsonl").write_text("\n".join(map(json.dumps, answers)))
    dutch, english = xquad_lessons(tmp_path)
    assert [(q.text, q.evidence) for q in dutch.questions] == [
        (f"{language} {n}?", (f"The answer is {n}.",))
        for n in (0, 2)
        for language in ("nl", "en", "es", "de")
    ]
    assert [passage.text[-2:] for passage in english.passages] == ["n.", "n."]
    parts = [p.part for p in paragraphs(tmp_path, "nl")]
    assert parts == ["learned", "fitted", "learned", "sealed"]


def test_any_sentence_of_the_right_paragraph_counts_in_piaf(tmp_path: Path) -> None:
    (tmp_path / "qa").mkdir()
    with gzip.open(tmp_path / "qa/piaf.fr-fr.tsv.gz", "wt", encoding="utf-8") as file:
        file.write("Combien ?\tIl y en a deux. Elles sont grandes.\nQui ?\tC'est elle.\n")
    [lesson] = piaf_lessons(tmp_path)
    assert [(q.text, q.evidence) for q in lesson.questions] == [
        ("Combien ?", ("Il y en a deux.", "Elles sont grandes.")),
        ("Qui ?", ("C'est elle.",)),
    ]
