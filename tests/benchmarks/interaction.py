"""Learn late interaction, and what each signal counts once passages are read.

    python -m tests.benchmarks.interaction [--folds 3]

Learns from the invented articles and questions under tests/evaluation/varied and tests/evaluation/long,
never from the gold questions. Writes index/model/interaction.safetensors and prints the constants of
index/search.py and app/answer.py. With --folds it writes nothing, and prints what each part of the
documents gets by what was learned from the others. The loss is listwise (Cao et al. 2007): the
cross-entropy of the sentences that answer among all those read, and of the passages that hold them.
"""

import argparse
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from app.evaluation import GOLD, answers, covers, load_gold, squash
from index.build import reindex
from index.contextual import PASSAGE, QUESTION, bundled_contextual
from index.embedding import BUNDLED_MODEL, bundled_static
from index.interaction import WEIGHTS, bundled_interaction
from index.search import PROPOSING, READ, Searcher

BASE = ("coverage", "dense", "bm25")
EPOCHS, BATCH = 5, 8
RATES = {"map": 1e-3, "importance": 1e-2, "weights": 1e-2}
SHARPNESS = 10.0  # scores are multiplied by this before the softmax
PASSAGES = 0.5  # what the passages count in the loss beside the sentences
NEAR_IDENTITY = 0.1  # times the squared distance of the map from the identity
SEED = 1


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """An answerable question and the passages read for it: p passages, s sentences, t tokens."""

    document: str
    question: Tensor  # float32[n, d]
    tokens: tuple[Tensor, ...]  # of each passage, float32[., d]
    passage_of_token: Tensor  # int64[t]
    sentence_of_token: Tensor  # int64[t]; s for a token of no sentence
    passage_of_sentence: Tensor  # int64[s]
    signals: Tensor  # float32[p, 3]
    features: Tensor  # float32[s, 2]: likeness, opening
    holds: Tensor  # bool[p]
    answers: Tensor  # bool[s]


class Ranking(nn.Module):
    """What is learned."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.map = nn.Parameter(torch.eye(size))
        self.importance = nn.Parameter(torch.zeros(size))
        self.passage = nn.Parameter(torch.tensor([2.0, 1.0]))  # interaction, best sentence
        self.sentence = nn.Parameter(torch.tensor([2.0, 0.2, -0.2]))  # interaction, likeness, opening
        self.context = nn.Parameter(torch.tensor(0.5))  # the passage, beside the sentence

    def forward(self, example: Example) -> tuple[Tensor, Tensor]:
        """The scores of the passages, float32[p], and of the sentences, float32[s]."""
        question = nn.functional.normalize(example.question @ self.map.T, dim=1)
        importance = torch.softmax(example.question @ self.importance, dim=0)
        likeness = question @ torch.cat(example.tokens).T

        def met(group: Tensor, groups: int) -> Tensor:
            best = likeness.new_full((len(likeness), groups), -1.0)
            return importance @ best.scatter_reduce(1, group.expand(len(likeness), -1), likeness, "amax")

        passages, sentences = len(example.signals), len(example.features)
        own = (
            self.sentence[0] * met(example.sentence_of_token, sentences + 1)[:-1]
            + example.features @ self.sentence[1:]
        )
        best = own.new_full((passages,), -9.0).scatter_reduce(0, example.passage_of_sentence, own, "amax")
        passage = (
            example.signals @ torch.tensor([PROPOSING[name] for name in BASE])
            + self.passage[0] * met(example.passage_of_token, passages)
            + self.passage[1] * best
        )
        return passage, self.context * passage[example.passage_of_sentence] + own


def examples(folder: Path) -> list[Example]:
    """The answerable questions of a folder with corpus/ and questions.jsonl, searched."""
    found = []
    with tempfile.TemporaryDirectory() as home:
        corpus = folder / "corpus"
        reindex(corpus if corpus.is_dir() else GOLD.parents[1] / "corpus", Path(home))
        searcher = Searcher(Path(home))
        for gold in load_gold(folder / "questions.jsonl"):
            if gold["answerable"]:
                evidence = [squash(span) for span in gold["evidence"]]
                found.append(example(searcher, gold, evidence))
    return found


@cache
def states(text: str, prefix: str = PASSAGE) -> Tensor:
    """The states of a text's tokens, kept once for all questions."""
    return torch.from_numpy(bundled_contextual().tokens(text, prefix).states)


def example(searcher: Searcher, gold: dict[str, str], evidence: Sequence[str]) -> Example:
    read = bundled_interaction().tokens
    query = searcher.query(gold["question"])
    hits = searcher.search(query, READ)
    reading = [read(hit.passage.text) for hit in hits]
    sentences = [(number, sentence) for number, hit in enumerate(hits) for sentence in hit.sentences]
    texts = [hits[number].document.text[s.start : s.end] for number, s in sentences]
    of_passage = [np.full(len(tokens.states), number) for number, tokens in enumerate(reading)]
    of_sentence = [np.full(len(tokens.states), len(sentences)) for tokens in reading]
    for place, (number, sentence) in enumerate(sentences):
        starts = reading[number].spans[:, 0] + hits[number].passage.start
        of_sentence[number][(sentence.start <= starts) & (starts < sentence.end)] = place
    likeness = bundled_static().passages(texts) @ query.static[0]
    opening = [not hits[number].document.text[: s.start].strip() for number, s in sentences]
    return Example(
        document=gold.get("doc", ""),
        question=states(gold["question"], QUESTION),
        tokens=tuple(states(hit.passage.text) for hit in hits),
        passage_of_token=torch.from_numpy(np.concatenate(of_passage)),
        sentence_of_token=torch.from_numpy(np.concatenate(of_sentence)),
        passage_of_sentence=torch.tensor([number for number, _ in sentences]),
        signals=torch.tensor([[hit.signals[name] for name in BASE] for hit in hits]),
        features=torch.from_numpy(np.stack([likeness, opening], axis=1).astype(np.float32)),
        holds=torch.tensor([any(covers(squash(hit.passage.text), e) for e in evidence) for hit in hits]),
        answers=torch.tensor([any(answers(squash(text), e) for e in evidence) for text in texts]),
    )


def learn(found: Sequence[Example]) -> Ranking:
    """Learn from the examples of which something that was read answers."""
    torch.manual_seed(SEED)
    order = random.Random(SEED)
    useful = [e for e in found if e.holds.any() and e.answers.any()]
    ranking = Ranking(useful[0].question.shape[1])
    identity = torch.eye(useful[0].question.shape[1])
    optimiser = torch.optim.Adam(
        [
            {"params": [ranking.map], "lr": RATES["map"]},
            {"params": [ranking.importance], "lr": RATES["importance"]},
            {
                "params": [ranking.passage, ranking.sentence, ranking.context],
                "lr": RATES["weights"],
            },
        ]
    )
    steps = EPOCHS * (len(useful) // BATCH)
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, steps)
    for _ in range(EPOCHS):
        order.shuffle(useful)
        for start in range(0, len(useful) - BATCH + 1, BATCH):
            loss = NEAR_IDENTITY * ((ranking.map - identity) ** 2).sum()
            for e in useful[start : start + BATCH]:
                passages, sentences = ranking(e)
                loss = loss + listwise(sentences, e.answers) / BATCH
                loss = loss + PASSAGES * listwise(passages, e.holds) / BATCH
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            slower.step()
    return ranking


def listwise(scores: Tensor, right: Tensor) -> Tensor:
    return torch.logsumexp(SHARPNESS * scores, 0) - torch.logsumexp(SHARPNESS * scores[right], 0)


@torch.no_grad()
def figures(ranking: Ranking, found: Sequence[Example]) -> str:
    """How often the best passage, one of the three best, and the best sentence are right."""
    right = np.zeros(3)
    for e in found:
        passages, sentences = ranking(e)
        order = passages.argsort(descending=True)
        right += [
            e.holds[order[:1]].any().item(),
            e.holds[order[:3]].any().item(),
            e.answers[sentences.argmax()].item(),
        ]
    one, three, sentence = right / len(found)
    return f"success@1 {one:.3f}, success@3 {three:.3f}, first sentence {sentence:.3f} of {len(found)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folds", type=int, default=0)
    folds = parser.parse_args().folds
    torch.set_num_threads(1)
    folders = [GOLD / "varied", *sorted((GOLD / "long").iterdir())]
    sets = {folder.name: examples(folder) for folder in folders}
    learnt = [e for found in sets.values() for e in found]
    gold = examples(GOLD)
    documents = sorted({e.document for e in learnt})
    random.Random(SEED).shuffle(documents)
    for fold in range(folds):
        kept = set(documents[fold::folds])
        ranking = learn([e for e in learnt if e.document not in kept])
        for name, found in (("varied", sets["varied"]), ("long", learnt[len(sets["varied"]) :])):
            print(f"fold {fold}, {name}: {figures(ranking, [e for e in found if e.document in kept])}")
        print(f"fold {fold}, gold: {figures(ranking, gold)}", flush=True)
    if folds:
        return
    ranking = learn(learnt)
    learned = {
        "map": ranking.map.detach().half().numpy(),
        "importance": ranking.importance.detach().half().numpy(),
    }
    save_file(learned, BUNDLED_MODEL / WEIGHTS)
    weights = ranking.passage.tolist()
    names = ("interaction", "sentence")
    print("WEIGHTS =", {name: round(weight, 2) for name, weight in zip(names, weights, strict=True)})
    names = ("interaction", "likeness", "opening")
    print(
        "SENTENCE =",
        {name: round(w, 2) for name, w in zip(names, ranking.sentence.tolist(), strict=True)},
    )
    print(f"PASSAGE = {ranking.context.item():.2f}")
    print(f"gold: {figures(ranking, gold)}")


if __name__ == "__main__":
    main()
