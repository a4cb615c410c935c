"""Verifying: a cross-encoder learns whether a sentence answers a question, or none does.

    python -m index.training.verifying DATA EVALUATION

Late interaction encodes question and passage separately, so it cannot see that a question about Colombia gets
a passage about Peru. A cross-encoder encodes both together (Nogueira and Cho 2019). Each question comes with
the passages that the encoder finds nearest; all their sentences and "no answer" are choices of one softmax.
Unanswerable questions are those that were written, answerable ones with another name or number, and
questions of other lessons about a name of this one. A second loss asks for silence about the passages beside
the one that answers. The layers start from the encoder as it was before it was tuned. What was learned is
written beside the bundled encoder.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from index.training.attention import attend_in_sixteen_bits
from index.training.data import ARTICLES
from index.training.exact import bert
from index.training.export import export_verifier
from index.training.graph import Weights
from index.training.lessons import Lesson, article_lessons, names_of, piaf_lessons, xquad_lessons
from index.training.loop import Loop, RunLength
from index.training.restore import restored_verifier
from index.training.source_encoder import SourceEncoder, packaged_source, read_source
from index.training.tuning import LAYERS
from rodedraad.index.encoders.bundled import bundled_contextual, bundled_interaction
from rodedraad.index.encoders.verifier import Pair, above, pair
from rodedraad.index.evidence_match import answers, squash

VERIFYING_RATES = {"layers": 8e-5, "head": 5e-4}
STEP = 5_000
"""Tokens of a step, padding included."""
NEAREST_PASSAGES = 4
"""Passages from which those that do not answer are drawn."""
ASIDE = 0.3
"""What the second loss counts."""
FORMER_SHARE = 0.25
"""The part of the verifier before in one that goes on from it.

With the verifier before, what was learned, and half or a quarter of the former in that, the first sentence
answers .689, .708, .694 and .708 of 1,350 fitted questions; the AUROC of 2,166 is .823, .832, .833 and .834,
and of those that people asked .856, .859, .866 and .865.
"""
HIDDEN = 384
"""Numbers between a sentence's states and its score."""
SHUFFLED = 512
"""Exercises among which those of like length come in one step."""
PIAF = 2_000
"""Questions of PIAF that are learned from."""
HELD = 40
"""Questions of each held lesson that the log's figures are of."""

Scoring = dict[str, NDArray[np.float32]]
"""What scores the sentences, by the names in its file."""

BUNDLED = Path(__file__).parents[1] / "model" / "encoder"


@dataclass(frozen=True, slots=True)
class Exercise:
    """A question with passages, each a pair, and which of their sentences answer."""

    pairs: list[Pair]
    right: list[NDArray[np.bool_]]  # of the sentences of each pair
    answerable: bool


class Verifying(nn.Module):
    """What learns: the last layers, as many as tuning trains, and a score for each sentence.

    The others are the encoder's, which shares its file of them.
    """

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.model = model
        attend_in_sixteen_bits(model)
        frozen = [model.embeddings, *model.encoder.layer[:-LAYERS]]
        for part in frozen:
            part.requires_grad_(False)
        width = model.config.hidden_size
        self.hidden = nn.Linear(2 * width, HIDDEN)
        self.score = nn.Linear(HIDDEN, 1)
        nn.init.zeros_(self.score.weight)
        nn.init.constant_(self.score.bias, -2.0)

    def scoring(self) -> dict[str, Tensor]:
        """What scores the sentences, by the names in the file."""
        return {
            "hidden": self.hidden.weight,
            "hidden.bias": self.hidden.bias,
            "score": self.score.weight[0],
            "score.bias": self.score.bias,
        }

    @torch.no_grad()
    def score_by(self, scoring: Scoring) -> None:
        """Score by what was learned before."""
        for name, value in scoring.items():
            self.scoring()[name].copy_(torch.from_numpy(value))

    def forward(self, pairs: Sequence[Pair]) -> list[Tensor]:
        """The scores of each pair's sentences beside 0 for "no answer"."""
        ids = nn.utils.rnn.pad_sequence([torch.from_numpy(p.ids) for p in pairs], batch_first=True)
        lengths = torch.tensor([len(p.ids) for p in pairs])
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
        with torch.autocast("cpu", torch.bfloat16):
            states = self.model(ids, attention_mask=mask).last_hidden_state
        states = states.float()
        found = []
        for row, one in enumerate(pairs):
            parts = torch.from_numpy(one.parts)  # float32[sentences, tokens], rows adding up to 1
            own = parts @ states[row, : parts.shape[1]]
            both = torch.cat([own, states[row, :1].expand(len(own), -1)], 1)
            found.append(self.score(torch.tanh(self.hidden(both)))[:, 0])
        return found


def verify(
    source: SourceEncoder,
    scoring: Scoring,
    exercises: Sequence[Exercise],
    held: Sequence[Exercise],
    work: Path,
    seed: int,
) -> tuple[SourceEncoder, Scoring]:
    """Train the last layers on every exercise once; gives the cross-encoder and what scores its sentences.

    `scoring` is what scores them at first, or empty. The figures in the log in `work` are of the exercises
    `held`.
    """
    torch.manual_seed(seed)
    verifying = Verifying(bert(source))
    verifying.score_by(scoring)
    layers = [p for p in verifying.model.parameters() if p.requires_grad]
    head = [*verifying.hidden.parameters(), *verifying.score.parameters()]
    optimisers = [
        torch.optim.AdamW(layers, VERIFYING_RATES["layers"], weight_decay=0.01),
        torch.optim.AdamW(head, VERIFYING_RATES["head"], weight_decay=0.01),
    ]
    plan = RunLength(minutes=24 * 60, checkpoint_minutes=8)
    loop = Loop("verifying", verifying, optimisers, plan, work)
    loop.resume()
    loop.train(
        in_steps(exercises, random.Random(seed)),
        lambda step: loss(verifying, step),
        lambda: figures(verifying, held),
    )
    weights = {name: value.detach().numpy() for name, value in verifying.model.state_dict().items()}
    learned = {name: value.detach().numpy() for name, value in verifying.scoring().items()}
    return replace(source, weights=weights), learned


def loss(verifying: Verifying, step: Sequence[Exercise]) -> Tensor:
    """What a step makes smaller."""
    scores = verifying([one for exercise in step for one in exercise.pairs])
    total = torch.zeros(())
    at = 0
    for exercise in step:
        own = scores[at : at + len(exercise.pairs)]
        at += len(own)
        right = torch.from_numpy(np.concatenate(exercise.right))
        choices = torch.cat([torch.zeros(1), *own])
        wanted = torch.cat([torch.tensor([not exercise.answerable]), right])
        total = total + torch.logsumexp(choices, 0) - torch.logsumexp(choices[wanted], 0)
        aside = [s for s, r in zip(own, exercise.right, strict=True) if not r.any()]
        if exercise.answerable and aside:
            total = total + ASIDE * functional.softplus(torch.logsumexp(torch.cat(aside), 0))
    return total / len(step)


@torch.no_grad()
def figures(verifying: Verifying, exercises: Sequence[Exercise]) -> dict[str, float]:
    """The share of answerable questions whose best sentence answers, and the AUROC of refusing the others."""
    first, best = [], []
    for exercise in exercises:
        scores = torch.cat(verifying(exercise.pairs))
        best.append(torch.logsumexp(scores, 0).item())
        if exercise.answerable:
            first.append(float(np.concatenate(exercise.right)[int(scores.argmax())]))
    parted = roc_auc_score([exercise.answerable for exercise in exercises], best)
    return {"first sentence": round(float(np.mean(first)), 4), "AUROC": round(float(parted), 4)}


def exercises_of(lesson: Lesson, order: random.Random) -> Iterator[Exercise]:
    """The questions of a lesson, each with two of its nearest passages; of them one that answers, if any."""
    interaction = bundled_interaction()
    read = [interaction.embedder.tokens(passage.text) for passage in lesson.passages]
    vectors = np.stack([tokens.vector for tokens in read])
    leaning = [above(lesson.documents[p.document_id], p) for p in lesson.passages]
    said = [[squash(p.text[a - p.start : b - p.start]) for a, b in p.sentences] for p in lesson.passages]
    for question in lesson.questions:
        asked = interaction.question(question.text)
        met = np.array([(asked.states @ t.states.T).max(1) @ asked.importance for t in read])
        nearest = np.argsort(-(vectors @ asked.vector + met)).tolist()
        evidence = [squash(span) for span in question.evidence]
        right = {
            at: np.array([any(answers(sentence, span) for span in evidence) for sentence in said[at]])
            for at in nearest
        }
        holding = [at for at in nearest if right[at].any()]
        aside = [at for at in nearest if at not in holding]
        if evidence and not holding:
            continue
        chosen = [*holding[:1], *order.sample(aside[:NEAREST_PASSAGES], min(NEAREST_PASSAGES, len(aside)))][
            :2
        ]
        yield Exercise(
            [
                pair(interaction.embedder.tokenizer, question.text, leaning[at], p, p.sentences)
                for at, p in ((at, lesson.passages[at]) for at in chosen)
            ],
            [right[at] for at in chosen],
            bool(evidence),
        )


def in_steps(exercises: Sequence[Exercise], order: random.Random) -> list[list[Exercise]]:
    """Every exercise once, those of like length in one step."""
    steps: list[list[Exercise]] = []
    shuffled = order.sample(list(exercises), len(exercises))
    for start in range(0, len(shuffled), SHUFFLED):
        some = sorted(shuffled[start : start + SHUFFLED], key=_longest)
        step: list[Exercise] = []
        for exercise in some:
            if step and (sum(len(e.pairs) for e in step) + 2) * _longest(exercise) > STEP:
                steps.append(step)
                step = []
            step.append(exercise)
        steps.append(step)
    return order.sample(steps, len(steps))


def _longest(exercise: Exercise) -> int:
    return max(len(one.ids) for one in exercise.pairs)


def exercises_from(data: Path, evaluation: Path, order: random.Random) -> Iterator[Exercise]:
    """Everything that is learned from."""
    folders = sorted((ARTICLES / "learned").iterdir())
    names = names_of(folders)
    lessons = chain(
        *(article_lessons(folder, names, joined=True) for folder in folders),
        xquad_lessons(evaluation, names),
    )
    for lesson in lessons:
        yield from exercises_of(lesson, order)
    piaf = [exercise for lesson in piaf_lessons(data, names) for exercise in exercises_of(lesson, order)]
    yield from order.sample(piaf, PIAF)


def held_exercises(order: random.Random) -> Iterator[Exercise]:
    """Some questions of the sets that constants are fitted on."""
    for folder in (
        ARTICLES / "held" / "1",
        ARTICLES / "held" / "4",
        *sorted((ARTICLES / "fitted").iterdir()),
    ):
        for lesson in article_lessons(folder):
            yield from exercises_of(replace(lesson, questions=order.sample(lesson.questions, HELD)), order)


def averaged(
    before: tuple[SourceEncoder, Scoring], after: tuple[SourceEncoder, Scoring]
) -> tuple[SourceEncoder, Scoring]:
    """What was learned, with FORMER_SHARE of what was before in every number (Wortsman et al. 2022)."""
    (source, scoring), (learned, learned_scoring) = before, after
    weights = _averaged(source.weights, learned.weights)
    return replace(learned, weights=weights), _averaged(scoring, learned_scoring)


def _averaged(before: Weights, after: Weights) -> Scoring:
    return {name: FORMER_SHARE * before[name] + (1 - FORMER_SHARE) * value for name, value in after.items()}


def encoder_before() -> SourceEncoder:
    """The encoder before it was tuned, with the pieces of the bundled one."""
    packaged = read_source(packaged_source())
    ids = {piece: id for id, (piece, _) in enumerate(packaged.pieces)}
    pieces = bundled_contextual().tokenizer.get_vocab(with_added_tokens=False)
    return packaged.cut([ids[piece] for piece in sorted(pieces, key=pieces.__getitem__)])


def main() -> None:
    """Train, and write the verifier beside the bundled encoder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--work", type=Path, default=Path(".training"))
    parser.add_argument("--anew", action="store_true", help="do not go on from the bundled verifier")
    options = parser.parse_args()
    order = random.Random(1)
    exercises = list(exercises_from(options.data, options.evaluation, order))
    encoder = encoder_before()
    start = (encoder, {}) if options.anew else restored_verifier(encoder, BUNDLED)
    learned = verify(*start, exercises, list(held_exercises(order)), options.work, seed=1)
    if not options.anew:
        learned = averaged(start, learned)
    export_verifier(*learned, BUNDLED)


if __name__ == "__main__":
    main()
