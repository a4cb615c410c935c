"""Figures: how well vectors find the right passage and the right translation, on development data."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, float32[n, d]."""
Score = Callable[[Sequence[str], Sequence[str]], NDArray[np.float32]]
"""Questions and passages to float32[questions, passages]; more is better."""


def recall(scores: NDArray[np.float32], gold: Sequence[int], k: int) -> float:
    """The share of questions with their passage among the best k; scores are float32[questions, passages]."""
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return float((best == np.asarray(gold)[:, None]).any(axis=1).mean())


def read_xquad(file: Path) -> tuple[list[str], list[str], list[int]]:
    """The passages, the questions, and each question's passage as an index."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    questions = [(entry["question"], at) for at, row in enumerate(rows) for entry in row["questions"]]
    return [row["passage"] for row in rows], [text for text, _ in questions], [at for _, at in questions]


def xquad_figures(score: Score, folder: Path) -> dict[str, float]:
    """Recall@1 and @5 of questions in four languages over the Dutch passages."""
    passages, _, gold = read_xquad(folder / "xquad" / "nl.jsonl")
    found: dict[str, float] = {}
    for language in ("nl", "en", "es", "de"):
        scores = score(read_xquad(folder / "xquad" / f"{language}.jsonl")[1], passages)
        for k in (1, 5):
            found[f"xquad {language}-nl recall@{k}"] = round(recall(scores, gold, k), 4)
    return found


def vector_scores(of_questions: Encode, of_passages: Encode) -> Score:
    """Questions and passages to the cosines of their vectors."""
    return lambda questions, passages: of_questions(questions) @ of_passages(passages).T


def match_scores(
    table: NDArray[np.float32], tokenizer: Tokenizer, questions: Sequence[str], passages: Sequence[str]
) -> NDArray[np.float32]:
    """How well each question's tokens find their like in each passage, float32[questions, passages].

    A token's best cosine in a passage, to the third power, counts by the token's rarity over the passages.
    """
    unit = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-6)

    def tokens(texts: Sequence[str]) -> list[NDArray[np.int64]]:
        encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [np.array(sorted(set(encoding.ids)) or [0]) for encoding in encodings]

    of_passages = tokens(passages)
    starts = np.cumsum([0, *map(len, of_passages[:-1])])
    every = unit[np.concatenate(of_passages)].T
    scores = np.empty((len(questions), len(passages)), np.float32)
    for row, ids in zip(scores, tokens(questions), strict=True):
        matches = np.maximum.reduceat(unit[ids] @ every, starts, axis=1).clip(0) ** 3
        count = matches.sum(axis=1)
        rarity = np.log(1 + (len(passages) - count + 0.5) / (count + 0.5))
        row[:] = rarity @ matches
    return scores


def flores_figures(
    encode: Encode, folder: Path, languages: Sequence[str] = ("en", "fr", "es", "de")
) -> dict[str, float]:
    """Accuracy of finding a sentence's translation among 1,012, Dutch to each language and back."""

    def read(language: str) -> NDArray[np.float32]:
        return encode((folder / "flores" / f"{language}.txt").read_text(encoding="utf-8").splitlines())

    dutch = read("nl")
    gold = range(len(dutch))
    found: dict[str, float] = {}
    for language in languages:
        scores = dutch @ read(language).T
        found[f"flores nl-{language} accuracy"] = round(recall(scores, gold, 1), 4)
        found[f"flores {language}-nl accuracy"] = round(recall(scores.T, gold, 1), 4)
    return found
