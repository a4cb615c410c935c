"""The verifier: whether a sentence answers a question, by reading both together."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.index.encoders.bundled import bundled_contextual, bundled_verifier
from rodedraad.index.encoders.onnx_transformer import TOKENS_READ
from rodedraad.index.encoders.verifier import Verifier, above, pair
from rodedraad.ingest.documents import Citation, Document, Passage
from rodedraad.ingest.errors import RodeDraadError

TEXT = "De vrouwen weven in de winter. In 2019 telde de groep 340 leden. Het hout komt uit Zweden."
SPANS = [(100, 130), (131, 164), (165, 190)]
PASSAGE = Passage("a.txt", 100, 190, TEXT, None, tuple(SPANS), "nl", ("De weefsters van Aalst",))
HEADED = "De weefsters van Aalst"


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("Wanneer weven de vrouwen?", 0),
        ("How many members were there in 2019?", 1),
        ("¿De dónde viene la madera?", 2),
    ],
)
def test_the_sentence_that_answers_scores_best(question: str, best: int) -> None:
    assert bundled_verifier().scores(question, HEADED, PASSAGE, SPANS).argmax() == best


@pytest.mark.parametrize(
    ("asked", "near_miss"),
    [
        ("Hoeveel leden telde de groep in 2019?", "Hoeveel leden telde de groep in 2012?"),
        ("Where does the wood come from?", "What does the wood cost?"),
        ("Quand les femmes tissent-elles ?", "Qui a fondé le groupe ?"),
    ],
)
def test_a_near_miss_is_less_likely_answered(asked: str, near_miss: str) -> None:
    likely, less = (
        bundled_verifier().scores(question, HEADED, PASSAGE, SPANS).max() for question in (asked, near_miss)
    )
    assert less < likely


def test_a_pair_holds_the_question_the_headings_and_the_sentences() -> None:
    tokenizer = bundled_contextual().tokenizer
    made = pair(tokenizer, "Wie weeft?", HEADED, PASSAGE, SPANS)

    def said(ids: npt.NDArray[np.int64]) -> str:
        return "".join(map(tokenizer.id_to_token, ids.tolist())).replace("▁", " ")

    assert said(made.ids) == f"<s> query: Wie weeft?</s> passage: De weefsters van Aalst {TEXT}</s>"
    assert [said(made.ids[share > 0]) for share in made.parts] == [
        " De vrouwen weven in de winter.",
        " In 2019 telde de groep 340 leden.",
        " Het hout komt uit Zweden.",
    ]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=3000), st.text(max_size=3000), st.text(max_size=500), st.integers(0, 3000))
def test_any_text_makes_a_pair_that_can_be_read(question: str, text: str, heading: str, cut: int) -> None:
    cut = min(cut, len(text))
    passage = Passage("a.txt", 7, 7 + len(text), text, None, (), "nl", ())
    made = pair(
        bundled_contextual().tokenizer,
        question,
        heading,
        passage,
        [(7, 7 + cut), (7 + cut, 7 + len(text))],
    )
    assert len(made.ids) <= TOKENS_READ
    assert made.parts.shape == (2, len(made.ids))
    sums = made.parts.sum(axis=1)
    assert (np.isclose(sums, 1, atol=1e-4) | (sums == 0)).all()


def test_names_before_a_passage_stand_above_it() -> None:
    text = "In Lier helpt het Huis Jan van Eyck wevers. Sinds 1990 kent Lier hen. Dit project loopt."
    passage = Passage("a.txt", 70, 88, text[70:], None, ((70, 88),), "nl", ("Wevers",))
    document = Document("a.txt", "", "nl", Citation(), text, ())
    assert above(document, passage) == "Wevers Huis Jan van Eyck, Lier"


def test_a_missing_verifier_is_named(tmp_path: Path) -> None:
    with pytest.raises(RodeDraadError, match="cannot be read"):
        Verifier(tmp_path, bundled_contextual().tokenizer)
