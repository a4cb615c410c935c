"""Late interaction: a question's tokens against those of a passage and of its sentences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.index.encoders.bundled import bundled_contextual, bundled_interaction
from rodedraad.index.encoders.late_interaction import INTERACTION, LateInteraction
from rodedraad.ingest.documents import Passage
from rodedraad.ingest.errors import RodeDraadError

TEXT = "De vrouwen weven in de winter. In 2019 telde de groep 340 leden. Het hout komt uit Zweden."
SPANS = [(100, 130), (131, 164), (165, 190)]


def passage(text: str, start: int = 100) -> Passage:
    return Passage("a.txt", start, start + len(text), text, None, tuple(SPANS), "nl", ())


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("Wanneer weven de vrouwen?", 0),
        ("How many members were there?", 1),
        ("¿De dónde viene la madera?", 2),
    ],
)
def test_the_sentence_that_answers_is_met_best(question: str, best: int) -> None:
    interaction = bundled_interaction()
    read = interaction.question(question)
    _, *parts = interaction.match(read, passage(TEXT), SPANS) @ read.importance
    assert max(range(3), key=parts.__getitem__) == best


def test_of_a_follow_up_only_its_own_words_have_to_be_met() -> None:
    interaction = bundled_interaction()
    before, asked = "Wanneer weven de vrouwen?", "En hoeveel leden telt de groep?"
    whole = interaction.question(f"{before} {asked}")
    read = interaction.question(f"{before} {asked}", len(before) + 1)
    assert (read.vector == whole.vector).all()
    assert np.allclose(read.states, whole.states[-len(read.states) :], atol=1e-6)
    assert 0 < len(read.states) < len(whole.states)
    _, *parts = interaction.match(read, passage(TEXT), SPANS) @ read.importance
    assert max(range(3), key=parts.__getitem__) == 1


def test_a_passage_meets_a_question_at_least_as_well_as_its_best_sentence() -> None:
    interaction = bundled_interaction()
    whole, *parts = interaction.match(interaction.question("Hoeveel leden?"), passage(TEXT), SPANS)
    assert (whole >= np.max(parts, axis=0)).all()
    [alone] = interaction.match(interaction.question("Hoeveel leden?"), passage(TEXT), [])
    assert (alone == whole).all()


def test_what_is_met_better_speaks_less_against_an_answer() -> None:
    interaction = bundled_interaction()
    read = interaction.question("Komt het hout uit Zweden?")
    met = interaction.match(read, passage(TEXT), [])[0]
    assert read.unmet(np.full_like(met, 2.0)) == 0.0
    assert 0 < read.unmet(met) < read.unmet(met - 0.2)
    assert (read.need > 0).all()


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_matches_lie_between_minus_one_and_one(question: str, text: str) -> None:
    interaction = bundled_interaction()
    read = interaction.question(question)
    whole, part = interaction.match(read, passage(text, 0), [(0, len(text) // 2)])
    assert (np.abs(whole) <= 1.001).all()
    assert ((part <= whole + 1e-6) | (part == 0.0)).all()
    assert read.importance.sum() == pytest.approx(1.0 if len(read.states) else 0.0, abs=1e-5)
    np.testing.assert_allclose(np.linalg.norm(read.states, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("content", [None, b"no tensors"])
def test_a_model_without_what_was_learned_is_refused(content, tmp_path) -> None:
    if content is not None:
        (tmp_path / INTERACTION).write_bytes(content)
    with pytest.raises(RodeDraadError, match=r"interaction\.safetensors cannot be read"):
        LateInteraction(bundled_contextual(), tmp_path / INTERACTION)
