"""The bundled transformer: unit vectors of whole texts, by onnxruntime."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from rodedraad.index.encoders.bundled import BUNDLED_ENCODER
from rodedraad.index.encoders.onnx_transformer import (
    ENCODER,
    FROZEN,
    QUESTION_PREFIX,
    TOKENIZER,
    TOKENS_READ,
    ContextualEmbedder,
)
from rodedraad.ingest.errors import RodeDraadError

TEXTS = [
    "De boeren verkopen hun koffie op de markt.",
    "Het ziekenhuis in de hoofdstad is gesloten.",
    "Mijnwerkers gebruiken kwik om goud te winnen.",
]
ODD = [
    "[" * 20_000,
    "a" + "\u0301\u0316" * 1_000,
    "\x1b[31mRood\x1b[0m \u202egnilekeb \u2066x\u2069.\0",
    '<script>alert(1)</script><img src=x onerror="alert(2)">',
]
"""What files may hold that were made to break a reader."""
TRANSLATIONS = {
    "en": [
        "The farmers sell their coffee at the market.",
        "The hospital in the capital is closed.",
        "Miners use mercury to extract gold.",
    ],
    "fr": [
        "Les agriculteurs vendent leur café au marché.",
        "L'hôpital de la capitale est fermé.",
        "Les mineurs utilisent du mercure pour extraire l'or.",
    ],
    "es": [
        "Los agricultores venden su café en el mercado.",
        "El hospital de la capital está cerrado.",
        "Los mineros usan mercurio para extraer oro.",
    ],
}


@pytest.fixture(scope="module")
def embedder() -> ContextualEmbedder:
    return ContextualEmbedder(BUNDLED_ENCODER, "bundled")


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_is_nearer_than_another_sentence(embedder: ContextualEmbedder, language: str) -> None:
    cosines = embedder.questions(TRANSLATIONS[language]) @ embedder.passages(TEXTS).T
    assert cosines.argmax(axis=1).tolist() == [0, 1, 2]


def test_word_order_matters(embedder: ContextualEmbedder) -> None:
    one, other = embedder.passages(["De hond beet de man.", "De man beet de hond."])
    assert float(one @ other) < 0.9999


def test_vectors_have_unit_length_and_keep_the_order(embedder: ContextualEmbedder) -> None:
    texts = ["kort", "een zin van vijf woorden", "", "🦙", "lang " * 2_000, *ODD, *TEXTS]
    together = embedder.passages(texts)
    assert together.shape == (12, 384)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert float(embedder.passages([text])[0] @ vector) > 0.999


def test_a_long_text_is_read_up_to_its_limit(embedder: ContextualEmbedder) -> None:
    first = " ".join(["koffie"] * TOKENS_READ)
    one, other = embedder.passages([first + " kwik goud", first + " hospitaal"])
    assert float(one @ other) > 0.99999


def test_progress_counts_every_text(embedder: ContextualEmbedder) -> None:
    done: list[int] = []
    embedder.passages(["koffie en cacao " * 20] * 20, done.append)
    assert sum(done) == 20
    assert len(done) > 1


def test_no_text_is_no_vector(embedder: ContextualEmbedder) -> None:
    assert embedder.passages([]).shape == (0, 384)


def test_the_tokens_of_a_text_stand_where_they_are_in_it(embedder: ContextualEmbedder) -> None:
    text = "Zij  weven\nalpacawol, 340 in de winters."
    tokens = embedder.tokens(text)
    parts = [text[start:end] for start, end in tokens.spans]
    assert "".join(parts) == "".join(text.split())
    assert parts[:2] == ["Zij", "we"]
    assert tokens.states.shape == (len(parts), 384)
    assert np.allclose(np.linalg.norm(tokens.states, axis=1), 1, atol=1e-5)
    assert np.allclose(tokens.vector, embedder.passages([text])[0], atol=1e-5)
    assert np.allclose(
        embedder.tokens(text, QUESTION_PREFIX).vector, embedder.questions([text])[0], atol=1e-5
    )


def test_a_question_is_not_read_as_a_passage(embedder: ContextualEmbedder) -> None:
    assert float(embedder.questions(["Wie weeft?"])[0] @ embedder.passages(["Wie weeft?"])[0]) < 0.999


@pytest.mark.parametrize("name", [TOKENIZER, ENCODER, FROZEN])
@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_a_damaged_model_is_told_in_a_sentence(name: str, damage: str, tmp_path: Path) -> None:
    for file in (TOKENIZER, ENCODER, FROZEN):
        shutil.copyfile(BUNDLED_ENCODER / file, tmp_path / file)
    if damage == "missing":
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:1000])
    with pytest.raises(RodeDraadError, match="cannot be read"):
        ContextualEmbedder(tmp_path, "bundled")


@pytest.mark.slow
def test_sentence_transformers_opens_the_encoder_and_gives_the_same_vectors(
    embedder: ContextualEmbedder, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    opened = SentenceTransformer(str(BUNDLED_ENCODER), device="cpu", trust_remote_code=True)
    for theirs, ours in (
        (opened.encode_query(TEXTS), embedder.questions(TEXTS)),
        (opened.encode_document(TEXTS), embedder.passages(TEXTS)),
    ):
        assert np.einsum("nd,nd->n", theirs, ours).min() > 0.995
    states = opened.encode_document(TEXTS[:1], output_value="token_embeddings")
    assert states[0].shape[1] == 384
    opened.save(str(tmp_path))
    again = SentenceTransformer(str(tmp_path), device="cpu", trust_remote_code=True)
    assert np.allclose(again.encode_query(TEXTS), opened.encode_query(TEXTS))
