"""Fit what each signal counts once passages are read.

    python -m index.training.fit_weights EVALUATION

Prints the constants of index/ranking.py and the figures that they reach. They are learned from the fitted
part of every set, each kind of text with the same weight. The loss is listwise (Cao et al. 2007): the
cross-entropy of the sentences that answer among all those read, and of the passages that hold them.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from index.training.sets import QuestionSet, gold_set, question_sets
from rodedraad.answering.best_sentences import evidence, verified
from rodedraad.index.evidence_match import answers, covers, squash
from rodedraad.index.ranking import PASSAGE, QUOTED, SENTENCE, weighted
from rodedraad.index.search import READ, Hit

LEARNED_SIGNALS = ("interaction", "sentence")  # of PASSAGE; those that propose stay as they are
STEPS, RATE = 400, 0.03
PASSAGE_SHARPNESS = 5.0  # the scores of passages are multiplied by this before the softmax
PASSAGE_LOSS = 0.5  # what the passages count in the loss beside the sentences


@dataclass(frozen=True, slots=True, eq=False)
class ReadQuestion:
    """An answerable question and what was read for it: p passages, s sentences."""

    kind: str  # of text
    passages: dict[str, Tensor]  # signal → float32[p]
    sentences: dict[str, Tensor]  # signal → float32[s]
    beside: dict[str, Tensor]  # the other evidence of QUOTED → float32[s]
    passage: Tensor  # int64[s], of each sentence
    holds: Tensor  # bool[p]
    answers: Tensor  # bool[s]


class RankingWeights(nn.Module):
    """What is learned of the weights in `rodedraad.index.ranking`."""

    def __init__(self) -> None:
        super().__init__()
        self.passage = nn.ParameterDict({name: torch.tensor(PASSAGE[name]) for name in LEARNED_SIGNALS})
        self.sentence = nn.ParameterDict({name: torch.tensor(weight) for name, weight in SENTENCE.items()})
        self.quoted = nn.ParameterDict(
            {name: torch.tensor(weight) for name, weight in QUOTED.items() if name != "sentence"}
        )

    def forward(self, example: ReadQuestion) -> tuple[Tensor, Tensor]:
        """The scores of the passages, float32[p], and the log-odds of the sentences, float32[s]."""
        own = weighted(example.sentences, dict(self.sentence.items()))
        best = own.new_full(example.holds.shape, -9.0).scatter_reduce(0, example.passage, own, "amax")
        passages = weighted(example.passages | {"sentence": best}, {**PASSAGE, **self.passage})
        signals = example.beside | {"passage": passages[example.passage], "sentence": own}
        return passages, weighted(signals, {**QUOTED, **self.quoted})


def examples(sets: Iterable[QuestionSet]) -> Iterator[ReadQuestion]:
    """The answerable questions of sets that are asked alone."""
    for one in sets:
        with one.opened() as searcher:
            for [gold, *later] in one.talks:
                if gold["answerable"] and not later:
                    query = searcher.query(gold["question"])
                    hits = verified(searcher, query, searcher.search(query, READ))
                    yield example(one.kind, hits, [squash(span) for span in gold["evidence"]])


def example(kind: str, hits: Sequence[Hit], spans: Sequence[str]) -> ReadQuestion:
    """The hits of a question, which were read, against the spans of its evidence, squashed."""
    read = [(number, hit, sentence) for number, hit in enumerate(hits) for sentence in hit.sentences]
    texts = [squash(hit.document.text[sentence.start : sentence.end]) for _, hit, sentence in read]
    return ReadQuestion(
        kind=kind,
        passages={name: torch.tensor([hit.signals[name] for hit in hits]) for name in PASSAGE},
        sentences={
            name: torch.tensor([sentence.signals[name] for *_, sentence in read]) for name in SENTENCE
        },
        beside={
            name: torch.tensor([evidence(hit, sentence)[name] for _, hit, sentence in read])
            for name in ("verified", "length")
        },
        passage=torch.tensor([number for number, *_ in read]),
        holds=torch.tensor([any(covers(squash(hit.passage.text), span) for span in spans) for hit in hits]),
        answers=torch.tensor([any(answers(text, span) for span in spans) for text in texts]),
    )


def learned_weights(found: Sequence[ReadQuestion]) -> RankingWeights:
    """Learn from the examples of which something that was read answers."""
    useful = [e for e in found if e.holds.any() and e.answers.any()]
    kinds = Counter(e.kind for e in useful)
    weights = RankingWeights()
    optimiser = torch.optim.Adam(weights.parameters(), RATE)
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, STEPS)
    for step in range(STEPS):
        loss = torch.zeros(())
        for e in useful[step % 8 :: 8]:
            passages, sentences = weights(e)
            loss_here = listwise(sentences, e.answers) + PASSAGE_LOSS * listwise(
                PASSAGE_SHARPNESS * passages, e.holds
            )
            loss = loss + loss_here / kinds[e.kind]
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        slower.step()
    return weights


def listwise(scores: Tensor, right: Tensor) -> Tensor:
    """The listwise loss of scores, of which those in `right` are to be the highest."""
    return torch.logsumexp(scores, 0) - torch.logsumexp(scores[right], 0)


@torch.no_grad()
def figures(weights: RankingWeights, found: Sequence[ReadQuestion]) -> str:
    """How often the best passage, one of the three best, and the best sentence are right."""
    right = []
    for e in found:
        passages, sentences = weights(e)
        order = passages.argsort(descending=True)
        right.append(
            [
                e.holds.any().item(),
                e.holds[order[:1]].any().item(),
                e.holds[order[:3]].any().item(),
                e.answers[sentences.argmax()].item(),
            ]
        )
    read, one, three, sentence = np.mean(right, axis=0)
    return (
        f"read {read:.3f}, success@1 {one:.3f}, success@3 {three:.3f}, first sentence {sentence:.3f} "
        f"of {len(found)}"
    )


def main() -> None:
    """Fit, and print the constants and the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("evaluation", type=Path)
    evaluation = parser.parse_args().evaluation
    torch.set_num_threads(1)
    fitted = list(examples(question_sets("fitted", evaluation)))
    weights = learned_weights(fitted)
    for name, learned in (
        ("PASSAGE", weights.passage),
        ("SENTENCE", weights.sentence),
        ("QUOTED", weights.quoted),
    ):
        print(name, {signal: round(weight.item(), 2) for signal, weight in learned.items()})
    for name, found in (
        ("fitted", fitted),
        ("sealed", list(examples(question_sets("sealed", evaluation)))),
        ("gold", list(examples([gold_set()]))),
    ):
        for kind in dict.fromkeys(e.kind for e in found):
            here = [e for e in found if e.kind == kind]
            print(f"{name}, {kind}: before {figures(RankingWeights(), here)}; after {figures(weights, here)}")


if __name__ == "__main__":
    main()
