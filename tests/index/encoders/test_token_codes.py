"""Token codes: what is left of the states of tokens after an index has stored them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.index.encoders.bundled import bundled_contextual, bundled_interaction
from rodedraad.index.encoders.token_codes import TokenCodec
from rodedraad.ingest.documents import Passage
from rodedraad.ingest.errors import RodeDraadError
from tests.conftest import CORPUS

HELD = "De coöperatie telt 340 leden. In 2019 verkochten ze samen twaalf ton kaas aan winkels in Gent."


def corpus_texts() -> list[str]:
    texts = (path.read_text("utf-8") for path in sorted(CORPUS.glob("*.txt")))
    return [text[start : start + 500] for text in texts for start in range(0, len(text) - 500, 2_500)]


def test_little_of_the_states_is_lost() -> None:
    codec, read = TokenCodec(), bundled_contextual().all_tokens(corpus_texts())
    assert len(read) > 5
    cosines = []
    for tokens in read:
        packed = codec.pack(tokens.states, tokens.vector)
        assert len(packed) == 33 * len(tokens.states)
        coded = codec.unpack(packed, tokens.vector)
        cosines += np.sum(coded * codec.turned(tokens.states), axis=1).tolist()
    assert np.mean(cosines) > 0.94  # falls when the encoder has changed and the codes have not
    assert min(cosines) > 0.6


def test_turning_keeps_inner_products() -> None:
    codec = TokenCodec()
    [tokens] = bundled_contextual().all_tokens([HELD])
    turned = codec.turned(tokens.states)
    assert turned @ codec.turned(tokens.vector) == pytest.approx(tokens.states @ tokens.vector, abs=2e-3)


def test_a_passage_is_met_as_well_from_an_index_as_read_now() -> None:
    interaction = bundled_interaction()
    passage = Passage("a.txt", 100, 100 + len(HELD), HELD, None, (), "nl", ("Kaas in Gent",))
    [stored] = interaction.embedder.embeddings([passage.searched])
    question = interaction.question("Hoeveel leden zijn er?")
    spans = [(100, 129), (130, 100 + len(HELD))]
    now, then = (
        interaction.match(question, passage, spans),
        interaction.match(question, passage, spans, stored),
    )
    assert now == pytest.approx(then)
    exact = question.states @ bundled_contextual().tokens(passage.searched).states.T
    assert now[0] == pytest.approx(exact.max(axis=1), abs=0.12)
    assert now[1] @ question.importance > now[2] @ question.importance


def test_the_heading_above_a_passage_is_not_matched() -> None:
    interaction = bundled_interaction()
    passage = Passage("a.txt", 0, len(HELD), HELD, None, (), "nl", ("Vissers in Marokko",))
    [stored] = interaction.embedder.embeddings([passage.searched])
    states = interaction.embedder.codec.unpack(stored.tokens, stored.vector)
    question = interaction.question("Vissers in Marokko")
    best = (question.coded @ states.T).max(axis=1)
    assert (interaction.match(question, passage, [])[0] < best).any()


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_packed_and_unpacked(text: str) -> None:
    embedder = bundled_contextual()
    [tokens], [embedding] = embedder.all_tokens([text]), embedder.embeddings([text])
    coded = embedder.codec.unpack(embedding.tokens, embedding.vector)
    assert embedder.starts(text).tolist() == tokens.spans[:, 0].tolist()
    assert coded.shape == tokens.states.shape


@pytest.mark.parametrize("content", [None, b"no tensors"])
def test_codes_that_cannot_be_read_are_told_in_a_sentence(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "codes").write_bytes(content)
    with pytest.raises(RodeDraadError, match=r"codes cannot be read .* Reinstall Rode Draad\."):
        TokenCodec(tmp_path / "codes")
