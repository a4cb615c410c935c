"""Fit what each signal counts once passages are read.

    python -m index.training.fit_weights

Prints the constants of index/search.py and app/answering/answer.py and the figures that they reach. They
are learned from the articles and questions under articles/held, from which the encoder has not learned.
The loss is listwise (Cao et al. 2007): the cross-entropy of the sentences that answer among all those
read, and of the passages that hold them.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from rodedraad.evaluation.gold_file import GOLD, load_gold
from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import bundled_interaction, bundled_static
from rodedraad.index.evidence_match import answers, covers, squash
from rodedraad.index.search import PROPOSING, READ, Query, Searcher

HELD = Path(__file__).parent / "articles" / "held"
CORPUS = Path(__file__).parents[2] / "corpus"
BASE = ("coverage", "dense", "bm25")
STEPS, RATE = 400, 0.03
SHARPNESS = 5.0  # scores are multiplied by this before the softmax
PASSAGES = 0.5  # what the passages count in the loss beside the sentences


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """An answerable question and what was read for it: p passages, s sentences."""

    base: Tensor  # float32[p], what the signals that need no reading add up to
    interaction: Tensor  # float32[p]
    passage: Tensor  # int64[s], of each sentence
    features: Tensor  # float32[s, 3]: interaction, likeness, opening
    holds: Tensor  # bool[p]
    answers: Tensor  # bool[s]


class Weights(nn.Module):
    """What is learned."""

    def __init__(self) -> None:
        super().__init__()
        self.passage = nn.Parameter(torch.tensor([2.0, 1.0]))  # interaction, best sentence
        self.sentence = nn.Parameter(torch.tensor([2.0, 0.2, -0.2]))  # in the order of the features
        self.context = nn.Parameter(torch.tensor(0.5))  # the passage, beside the sentence

    def forward(self, example: Example) -> tuple[Tensor, Tensor]:
        """The scores of the passages, float32[p], and of the sentences, float32[s]."""
        own = example.features @ self.sentence
        best = own.new_full(example.base.shape, -9.0).scatter_reduce(0, example.passage, own, "amax")
        passages = example.base + self.passage[0] * example.interaction + self.passage[1] * best
        return passages, self.context * passages[example.passage] + own


def examples(folder: Path, corpus: Path) -> Iterator[Example]:
    """The answerable questions of a folder, searched in a corpus."""
    with tempfile.TemporaryDirectory() as home:
        reindex(corpus, Path(home))
        searcher = Searcher(Path(home))
        for gold in load_gold(folder / "questions.jsonl"):
            if gold["answerable"]:
                evidence = [squash(span) for span in gold["evidence"]]
                yield example(searcher, searcher.query(gold["question"]), evidence)


def example(searcher: Searcher, query: Query, evidence: Sequence[str]) -> Example:
    """A question with what was read for it; `evidence` is squashed."""
    hits = searcher.search(query, READ)
    read: list[int] = []
    features: list[tuple[float, bool]] = []
    texts: list[str] = []
    for number, hit in enumerate(hits):
        spans = [(sentence.start, sentence.end) for sentence in hit.sentences]
        met = bundled_interaction().match(query.tokens, hit.passage, spans)[1:] @ query.tokens.importance
        texts += [hit.document.text[start:end] for start, end in spans]
        read += [number] * len(spans)
        opening = [not hit.document.text[:start].strip() for start, _ in spans]
        features += zip(met, opening, strict=True)
    likeness = bundled_static().passages(texts) @ query.static[0]
    return Example(
        base=torch.tensor([sum(PROPOSING[name] * hit.signals[name] for name in BASE) for hit in hits]),
        interaction=torch.tensor([hit.signals["interaction"] for hit in hits]),
        passage=torch.tensor(read),
        features=torch.tensor(
            [[met, like, opening] for (met, opening), like in zip(features, likeness, strict=True)]
        ),
        holds=torch.tensor([any(covers(squash(hit.passage.text), e) for e in evidence) for hit in hits]),
        answers=torch.tensor([any(answers(squash(text), e) for e in evidence) for text in texts]),
    )


def learn(found: Sequence[Example]) -> Weights:
    """Learn from the examples of which something that was read answers."""
    useful = [e for e in found if e.holds.any() and e.answers.any()]
    weights = Weights()
    optimiser = torch.optim.Adam(weights.parameters(), RATE)
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, STEPS)
    for step in range(STEPS):
        loss = torch.zeros(())
        for e in useful[step % 8 :: 8]:
            passages, sentences = weights(e)
            loss = loss + listwise(sentences, e.answers) + PASSAGES * listwise(passages, e.holds)
        optimiser.zero_grad()
        (loss / len(useful)).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        slower.step()
    return weights


def listwise(scores: Tensor, right: Tensor) -> Tensor:
    """The listwise loss of scores, of which those in `right` are to be the highest."""
    return torch.logsumexp(SHARPNESS * scores, 0) - torch.logsumexp(SHARPNESS * scores[right], 0)


@torch.no_grad()
def figures(weights: Weights, found: Sequence[Example]) -> str:
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
    torch.set_num_threads(1)
    held = [e for folder in sorted(HELD.iterdir()) for e in examples(folder, folder / "corpus")]
    weights = learn(held)
    one, two = weights.passage.tolist()
    print("WEIGHTS =", {"interaction": round(one, 2), "sentence": round(two, 2)})
    names = ("interaction", "likeness", "opening")
    print("SENTENCE =", {n: round(w, 2) for n, w in zip(names, weights.sentence.tolist(), strict=True)})
    print(f"PASSAGE = {weights.context.item():.2f}")
    print("held:", figures(weights, held))
    print("gold:", figures(weights, list(examples(GOLD, CORPUS))))


if __name__ == "__main__":
    main()
