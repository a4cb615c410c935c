"""Tuning: the encoder's last layers learn which passage, and which sentence of it, answers a question.

Each step reads eight articles whole and asks some questions about them. Three losses, all listwise
(Cao et al. 2007), look for the passages that answer by their vectors, for the same by late interaction
(Khattab and Zaharia 2020), and for the sentences. A fourth keeps the vectors near what they were, so
that what the encoder knows of other texts and languages stays. The layers below stay as they are too;
so what they give is computed once.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from index.training.exact import bert
from index.training.loop import Loop, Plan
from index.training.source import Source
from index.training.vocabulary import tokenizer_of
from rodedraad.index.encoders.onnx_transformer import LONGEST, PASSAGE, QUESTION
from rodedraad.index.evidence_match import answers, covers, squash
from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.passages import split_passages
from rodedraad.ingest.read_file import read_bytes, read_document
from rodedraad.ingest.sentences import is_heading

LAYERS = 8
"""Layers that learn, from the last."""
EPOCHS = 3
ARTICLES, QUESTIONS = 8, 24
"""How many a step reads, and how many it asks at most."""
READ_AT_ONCE = 24
RATES = {"layers": 1e-4, "map": 1e-3, "importance": 1e-2}
SHARPNESS = {"sentence": 10.0, "passage": 10.0, "vector": 40.0}
"""What scores are multiplied by before the softmax."""
LOSSES = {"sentence": 1.0, "passage": 0.5, "vector": 0.25, "drift": 1.0, "map": 0.1}
"""What each counts; that of the map is its squared distance from the identity."""
WEIGHTS = (4.0, 2.0, 1.4, 3.4, 0.6)
"""At first, of a passage: its vector, interaction, best sentence; of a sentence: interaction, passage."""

Item = TypeVar("Item")


class Text(NamedTuple):
    """What the lower layers give for a text."""

    hidden: Tensor  # bfloat16[tokens, d], its marks and prefix included
    own: Tensor  # bool[tokens], without them
    vector: Tensor  # float32[d], by the encoder before it learns


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question about the articles of a group."""

    text: Text
    holds: Tensor  # bool[passages]
    answers: Tensor  # bool[sentences]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Articles that are read together: p passages, s sentences, t tokens."""

    passages: list[Text]
    passage_of_token: Tensor  # int64[t]
    sentence_of_token: Tensor  # int64[t]; s for a token of no sentence
    passage_of_sentence: Tensor  # int64[s]
    asked: list[Asked]


class Ranking(nn.Module):
    """What learns: the encoder's last layers, and late interaction over what they give."""

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.layers = nn.ModuleList(model.encoder.layer[-LAYERS:])
        width = model.config.hidden_size
        self.map = nn.Parameter(torch.eye(width))
        self.importance = nn.Parameter(torch.zeros(width))
        self.weights = nn.Parameter(torch.tensor(WEIGHTS))

    def read(self, texts: Sequence[Text]) -> tuple[Tensor, list[Tensor]]:
        """Unit vectors, float32[texts, d], and the unit states of each one's own tokens."""
        read: dict[int, tuple[Tensor, Tensor]] = {}
        for places in _batched(sorted(range(len(texts)), key=lambda at: len(texts[at].hidden)), READ_AT_ONCE):
            hidden = nn.utils.rnn.pad_sequence([texts[at].hidden for at in places], batch_first=True)
            lengths = torch.tensor([len(texts[at].hidden) for at in places])
            real = torch.arange(hidden.shape[1]) < lengths[:, None]
            shut = torch.zeros(real.shape, dtype=hidden.dtype).masked_fill(~real, -1e4)[:, None, None]
            with torch.autocast("cpu", torch.bfloat16):
                for layer in self.layers:
                    hidden = layer(hidden, shut)
            hidden = hidden.float()
            vectors = functional.normalize((hidden * real[..., None]).sum(1), dim=1)
            states = functional.normalize(hidden, dim=2)
            for row, at in enumerate(places):
                read[at] = vectors[row], states[row, : lengths[row]][texts[at].own]
        in_order = [read[at] for at in range(len(texts))]
        return torch.stack([vector for vector, _ in in_order]), [states for _, states in in_order]

    def forward(self, group: Group, asked: Sequence[Asked]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Scores of the passages by vectors and in all, float32[n, p], of sentences, [n, s]; the drift."""
        texts = [one.text for one in asked]
        vectors, states = self.read(group.passages)
        own, tokens = self.read(texts)
        turned = functional.normalize(torch.cat(tokens) @ self.map.T, dim=1)
        importance = torch.cat([torch.softmax(one @ self.importance, 0) for one in tokens])
        of_question = torch.repeat_interleave(torch.tensor([len(one) for one in tokens]))
        likeness = turned @ torch.cat(states).T

        def met(part_of_token: Tensor, parts: int) -> Tensor:
            best = likeness.new_full((len(likeness), parts), -1.0)
            best = best.scatter_reduce(1, part_of_token.expand(len(likeness), -1), likeness, "amax")
            sums = likeness.new_zeros((len(asked), parts))
            return sums.index_add(0, of_question, importance[:, None] * best)

        by_vector, by_tokens, by_best, by_own, by_passage = self.weights
        above = group.passage_of_sentence.expand(len(asked), -1)
        sentences = by_own * met(group.sentence_of_token, above.shape[1] + 1)[:, :-1]
        best = sentences.new_full((len(asked), len(vectors)), -9.0)
        best = best.scatter_reduce(1, above, sentences, "amax")
        cosines = own @ vectors.T
        whole = met(group.passage_of_token, len(vectors))
        passages = by_vector * cosines + by_tokens * whole + by_best * best
        before = torch.stack([text.vector for text in [*group.passages, *texts]])
        drift = 1 - (torch.cat([vectors, own]) * before).sum(1).mean()
        return cosines, passages, sentences + by_passage * passages.gather(1, above), drift


def tune(
    source: Source, learnt: Sequence[Path], held: Sequence[Path], work: Path, seed: int
) -> tuple[Source, dict[str, NDArray[np.float32]]]:
    """Train the last layers; gives the encoder, and `map` and `importance` for late interaction.

    Learns from the folders `learnt`, each with corpus/ and questions.jsonl; the figures in the log in
    `work` are of those in `held`.
    """
    torch.manual_seed(seed)
    model = bert(source)
    lower = _Lower(model, tokenizer_of(source.pieces, source.unknown))
    groups, others = (
        [group for folder in folders for group in _groups(folder, lower)] for folders in (learnt, held)
    )
    ranking = Ranking(model)
    optimisers = [
        torch.optim.AdamW(parameters, rate, weight_decay=0.0)
        for parameters, rate in (
            (ranking.layers.parameters(), RATES["layers"]),
            ([ranking.map], RATES["map"]),
            ([ranking.importance, ranking.weights], RATES["importance"]),
        )
    ]
    loop = Loop("tuning", ranking, optimisers, Plan(minutes=24 * 60), work)
    loop.resume()
    loop.train(_batches(groups, seed), lambda batch: loss(ranking, *batch), lambda: figures(ranking, others))
    weights = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    learned = {"map": ranking.map.detach().numpy(), "importance": ranking.importance.detach().numpy()}
    return replace(source, weights=weights), learned


def loss(ranking: Ranking, group: Group, asked: Sequence[Asked]) -> Tensor:
    """What a step makes smaller."""
    holds = torch.stack([one.holds for one in asked])
    right = torch.stack([one.answers for one in asked])
    vectors, passages, sentences, drift = ranking.forward(group, asked)
    turned = ((ranking.map - torch.eye(len(ranking.map))) ** 2).sum()
    return (
        LOSSES["sentence"] * _listwise(SHARPNESS["sentence"] * sentences, right)
        + LOSSES["passage"] * _listwise(SHARPNESS["passage"] * passages, holds)
        + LOSSES["vector"] * _listwise(SHARPNESS["vector"] * vectors, holds)
        + LOSSES["drift"] * drift
        + LOSSES["map"] * turned
    )


@torch.no_grad()
def figures(ranking: Ranking, groups: Sequence[Group]) -> dict[str, float]:
    """The shares of questions for which a passage that answers is found, and a sentence first."""
    right = []
    for group in groups:
        for asked in _batched(group.asked, QUESTIONS):
            vectors, passages, sentences, _ = ranking.forward(group, asked)
            for row, one in enumerate(asked):
                order = passages[row].argsort(descending=True)
                right.append(
                    [
                        one.holds[vectors[row].argmax()].item(),
                        one.holds[order[0]].item(),
                        one.holds[order[:3]].any().item(),
                        one.answers[sentences[row].argmax()].item(),
                    ]
                )
    names = ("vector success@1", "success@1", "success@3", "first sentence")
    return dict(zip(names, np.mean(right, axis=0).round(4).tolist(), strict=True)) if right else {}


def _batches(groups: Sequence[Group], seed: int) -> list[tuple[Group, list[Asked]]]:
    """Every question in each epoch, in an order that the seed decides."""
    order = random.Random(seed)
    batches: list[tuple[Group, list[Asked]]] = []
    for _ in range(EPOCHS):
        epoch = [
            (group, list(asked))
            for group in groups
            for asked in _batched(order.sample(group.asked, len(group.asked)), QUESTIONS)
        ]
        batches += order.sample(epoch, len(epoch))
    return batches


def _groups(folder: Path, lower: "_Lower") -> Iterator[Group]:
    """The articles of a folder, some together, with the answerable questions about them."""
    lines = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    sources, _ = scan(folder / "corpus")
    for some in _batched(sources, ARTICLES):
        passages = [p for s in some for p in split_passages(read_document(s, read_bytes(s)))]
        ids = {source.id for source in some}
        asked = [line for line in lines if line["answerable"] and line["doc"] in ids]
        texts, starts = lower(PASSAGE, [passage.text for passage in passages])
        questions, _ = lower(QUESTION, [line["question"] for line in asked])
        spans = [
            (number, start - passage.start, end - passage.start)
            for number, passage in enumerate(passages)
            for start, end in passage.sentences
            if not is_heading(passage.text[start - passage.start : end - passage.start])
        ]
        of_sentence = [np.full(len(begin), len(spans)) for begin in starts]
        for place, (number, start, end) in enumerate(spans):
            of_sentence[number][(start <= starts[number]) & (starts[number] < end)] = place
        held = [squash(passage.text) for passage in passages]
        said = [squash(passages[number].text[start:end]) for number, start, end in spans]
        evidence = [[squash(span) for span in line["evidence"]] for line in asked]
        yield Group(
            passages=texts,
            passage_of_token=torch.from_numpy(np.repeat(np.arange(len(texts)), [len(b) for b in starts])),
            sentence_of_token=torch.from_numpy(np.concatenate(of_sentence)),
            passage_of_sentence=torch.tensor([number for number, _, _ in spans]),
            asked=[
                Asked(
                    question,
                    torch.tensor([any(covers(text, span) for span in spans_of) for text in held]),
                    torch.tensor([any(answers(text, span) for span in spans_of) for text in said]),
                )
                for question, spans_of in zip(questions, evidence, strict=True)
            ],
        )


class _Lower:
    """The layers that stay as they are."""

    def __init__(self, model: BertModel, tokenizer: Tokenizer) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._first, self._last = (tokenizer.token_to_id(mark) for mark in ("<s>", "</s>"))

    @torch.no_grad()
    def __call__(self, prefix: str, texts: Sequence[str]) -> tuple[list[Text], list[NDArray[np.int64]]]:
        """What they give for each text, and where in it each of its own tokens begins."""
        encodings = self._tokenizer.encode_batch([prefix + text for text in texts], add_special_tokens=False)
        found, starts = [], []
        for encoding in encodings:
            ids = torch.tensor([[self._first, *encoding.ids[: LONGEST - 2], self._last]])
            with torch.autocast("cpu", torch.bfloat16):
                states = self._model(ids, output_hidden_states=True).hidden_states
            begin = np.array([start for start, _ in encoding.offsets[: LONGEST - 2]]) - len(prefix)
            own = torch.from_numpy(np.concatenate([[False], begin >= 0, [False]]))
            vector = functional.normalize(states[-1][0].float().sum(0), dim=0)
            found.append(Text(states[max(len(states) - 1 - LAYERS, 0)][0].bfloat16(), own, vector))
            starts.append(begin[begin >= 0])
        return found, starts


def _listwise(scores: Tensor, right: Tensor) -> Tensor:
    """The mean cross-entropy of the right ones among all, over the rows that have one."""
    some = right.any(1)
    scores, right = scores[some], right[some]
    return (torch.logsumexp(scores, 1) - torch.logsumexp(scores.masked_fill(~right, -1e9), 1)).mean()


def _batched(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
