"""Verifier: a cross-encoder that reads a question and a passage together and scores each sentence.

Late interaction finds what is like a question; the verifier judges if it answers (Nogueira and Cho 2019).
It was trained by `python -m index.training.verifying`, from the weights of the bundled encoder, with which it
shares the embeddings and the lowest layers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from rodedraad.index.encoders.base import Vectors
from rodedraad.index.encoders.onnx_transformer import (
    PASSAGE_PREFIX,
    QUESTION_PREFIX,
    STATES,
    TOKENS_READ,
    open_session,
)
from rodedraad.ingest.documents import Document, Passage, Span
from rodedraad.ingest.errors import RodeDraadError

VERIFIER, SCORING = "verifier.onnx", "verifier.safetensors"
"""The files of the graph, which shares the encoder's other weights, and of what scores its states."""

ASKED, ABOVE = 96, 64
"""The most tokens that are read of a question, and of what is above a passage."""
NAMES_READ, NAMES_REACH = 12, 1200
"""How many of the names before a passage are read with it, and in how many characters."""

_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w’'-]+"
_NAME = re.compile(rf"(?<=[^.!?:…] ){_CAPITAL}(?: (?:(?:de|la|van|der|of|du|del|des) )*{_CAPITAL})*")


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage as one text."""

    ids: npt.NDArray[np.int64]  # int64[tokens]
    parts: Vectors  # float32[sentences, tokens], a sentence's share in each token; rows add up to 1 or 0


def above(document: Document, passage: Passage) -> str:
    """What a passage may refer to: the headings above it, and the last names in the text before it.

    A passage mentions "the project", and only an earlier one says whose.
    """
    before = document.text[max(0, passage.start - NAMES_REACH) : passage.start]
    names = list(dict.fromkeys(reversed(_NAME.findall(before))))[:NAMES_READ]
    return " ".join([*passage.section, ", ".join(reversed(names))])


def pair(
    tokenizer: Tokenizer, question: str, above: str, passage: Passage, sentences: Sequence[Span]
) -> Pair:
    """A question and a passage with what is above it, as the verifier reads them.

    `sentences` are offsets into the reading text.
    """
    first, last = (tokenizer.token_to_id(mark) for mark in ("<s>", "</s>"))
    texts = (QUESTION_PREFIX + question, PASSAGE_PREFIX + above, passage.text)
    asked, headed, read = (tokenizer.encode(text, add_special_tokens=False) for text in texts)
    before = [first, *asked.ids[:ASKED], last, *headed.ids[:ABOVE]]
    room = TOKENS_READ - 1 - len(before)
    ids = np.array([*before, *read.ids[:room], last], np.int64)
    starts = np.array([start for start, _ in read.offsets[:room]]) + passage.start
    parts = np.zeros((len(sentences), len(ids)), np.float32)
    for row, (start, end) in enumerate(sentences):
        inside = (start <= starts) & (starts < end)
        parts[row, len(before) : -1] = inside / max(inside.sum(), 1)
    return Pair(ids, parts)


class Verifier:
    """The bundled cross-encoder, run by onnxruntime in eight bits."""

    def __init__(self, folder: Path, tokenizer: Tokenizer) -> None:
        """Read the verifier beside the encoder whose tokenizer it shares; RodeDraadError if it cannot."""
        from safetensors.numpy import load

        self._tokenizer = tokenizer
        try:
            self._session = open_session(folder / VERIFIER)
            learned = load((folder / SCORING).read_bytes())
            self._scoring = {name: value.astype(np.float32) for name, value in learned.items()}
        except Exception as error:  # the libraries raise exceptions of no common kind
            raise RodeDraadError(f"{folder} cannot be read ({error}). Reinstall Rode Draad.") from error

    def scores(self, question: str, above: str, passage: Passage, sentences: Sequence[Span]) -> Vectors:
        """The log-odds, beside "no answer", that each sentence of a passage answers: float32[sentences].

        `sentences` are offsets into the reading text.
        """
        one = pair(self._tokenizer, question, above, passage, sentences)
        inputs = {"input_ids": one.ids[None], "attention_mask": np.ones((1, len(one.ids)), np.int64)}
        [[states]] = self._session.run([STATES], inputs)
        own = one.parts @ states
        both = np.concatenate([own, np.broadcast_to(states[0], own.shape)], axis=1)
        hidden = np.tanh(both @ self._scoring["hidden"].T + self._scoring["hidden.bias"])
        scores: Vectors = hidden @ self._scoring["score"] + self._scoring["score.bias"]
        return scores
