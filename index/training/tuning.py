"""Tuning: the encoder's last layers learn which passage and sentence answer a question, or that none does.

Each step reads a lesson whole and asks some of its questions. Four losses, all listwise (Cao et al. 2007),
rank the passages that answer by their vectors, the same by late interaction (Khattab and Zaharia 2020), the
sentences, and the sentences together with "no answer". "No answer" is also right for a question once the
passages that answer it are withheld: so refusing is learned from what is read, and not from how a question
is phrased. A last loss keeps the vectors near what they were, so that the encoder's knowledge of other texts
and languages stays. The lower layers stay as they are; their output is computed once.
"""

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from index.training.exact import bert
from index.training.lessons import Lesson, in_batches
from index.training.loop import Loop, RunLength
from index.training.source_encoder import SourceEncoder
from index.training.vocabulary import tokenizer_of
from rodedraad.index.encoders.onnx_transformer import PASSAGE_PREFIX, QUESTION_PREFIX, TOKENS_READ
from rodedraad.index.evidence_match import answers, covers, squash

LAYERS = 8
"""Layers that learn, from the last."""
EPOCHS = 2
QUESTIONS = 48
"""The most questions of a step."""
READ_AT_ONCE = 24
TUNING_RATES = {"layers": 1e-4, "map": 1e-3, "importance": 1e-2}
SHARPNESS = {"sentence": 10.0, "passage": 10.0, "vector": 40.0}
"""What scores are multiplied by before the softmax."""
LOSSES = {
    "sentence": 1.0,
    "silence": 0.5,
    "withheld": 0.25,
    "passage": 0.5,
    "vector": 0.25,
    "drift": 1.0,
    "map": 0.1,
}
"""What each counts; that of the map is its squared distance from the identity."""
FIRST_WEIGHTS = (4.0, 2.0, 1.4, 3.4, 0.6)
"""At first, of a passage: its vector, interaction, best sentence; of a sentence: interaction, passage."""

SILENCE = (8.0, -5.0, 0.9, -1.0)
"""At first: the scale and the shift of a sentence's score beside "no answer"; how well a token should be
matched; how much a token without a match counts, before softplus."""


class LowerOutput(NamedTuple):
    """What the lower layers give for a text."""

    hidden: Tensor  # bfloat16[tokens, d], its marks and prefix included
    own: Tensor  # bool[tokens], without them
    vector: Tensor  # float32[d], by the encoder before it learns


@dataclass(frozen=True, slots=True, eq=False)
class GroupQuestion:
    """A question about the articles of a group."""

    text: LowerOutput
    holds: Tensor  # bool[passages]
    answers: Tensor  # bool[sentences]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Passages that are read together: p passages, s sentences, t tokens."""

    passages: list[LowerOutput]
    passage_of_token: Tensor  # int64[t]
    sentence_of_token: Tensor  # int64[t]; s for a token of no sentence
    passage_of_sentence: Tensor  # int64[s]
    asked: list[GroupQuestion]


class GroupScores(NamedTuple):
    """What is read of n questions in a group of p passages and s sentences."""

    vectors: Tensor  # float32[n, p], cosines
    passages: Tensor  # float32[n, p]
    sentences: Tensor  # float32[n, s]
    answered: Tensor  # float32[n, s], the logit of a sentence beside 0 for "no answer"
    drift: Tensor  # float32, the mean distance of the vectors from what they were


class RankingModel(nn.Module):
    """What learns: the encoder's last layers, and late interaction over what they give."""

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.layers = nn.ModuleList(model.encoder.layer[-LAYERS:])
        width = model.config.hidden_size
        self.map = nn.Parameter(torch.eye(width))
        self.importance = nn.Parameter(torch.zeros(width))
        self.weights = nn.Parameter(torch.tensor(FIRST_WEIGHTS))
        self.need = nn.Parameter(torch.zeros(width))
        self.silence = nn.Parameter(torch.tensor(SILENCE))

    def read(self, texts: Sequence[LowerOutput]) -> tuple[Tensor, list[Tensor]]:
        """Unit vectors, float32[texts, d], and the unit states of each one's own tokens."""
        read: dict[int, tuple[Tensor, Tensor]] = {}
        for places in in_batches(
            sorted(range(len(texts)), key=lambda at: len(texts[at].hidden)), READ_AT_ONCE
        ):
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

    def forward(self, group: Group, asked: Sequence[GroupQuestion]) -> GroupScores:
        """The scores of what was read for some questions."""
        texts = [one.text for one in asked]
        vectors, states = self.read(group.passages)
        own, tokens = self.read(texts)
        turned = functional.normalize(torch.cat(tokens) @ self.map.T, dim=1)
        importance = torch.cat([torch.softmax(one @ self.importance, 0) for one in tokens])
        of_question = torch.repeat_interleave(torch.tensor([len(one) for one in tokens]))
        likeness = turned @ torch.cat(states).T

        def best_of(part_of_token: Tensor, parts: int) -> Tensor:
            best = likeness.new_full((len(likeness), parts), -1.0)
            return best.scatter_reduce(1, part_of_token.expand(len(likeness), -1), likeness, "amax")

        def summed(of_token: Tensor) -> Tensor:
            return likeness.new_zeros((len(asked), of_token.shape[1])).index_add(0, of_question, of_token)

        by_vector, by_tokens, by_best, by_own, by_passage = self.weights
        above = group.passage_of_sentence.expand(len(asked), -1)
        by_sentence = best_of(group.sentence_of_token, above.shape[1] + 1)
        sentences = by_own * summed(importance[:, None] * by_sentence)[:, :-1]
        best = sentences.new_full((len(asked), len(vectors)), -9.0)
        best = best.scatter_reduce(1, above, sentences, "amax")
        cosines = own @ vectors.T
        by_passage_token = best_of(group.passage_of_token, len(vectors))
        whole = summed(importance[:, None] * by_passage_token)
        passages = by_vector * cosines + by_tokens * whole + by_best * best
        before = torch.stack([text.vector for text in [*group.passages, *texts]])
        drift = 1 - (torch.cat([vectors, own]) * before).sum(1).mean()
        sentences = sentences + by_passage * passages.gather(1, above)
        scale, shift, wanted, needed = self.silence
        need = functional.softplus(torch.cat(tokens) @ self.need + needed)
        unmet = summed(need[:, None] * (wanted - by_passage_token).clamp(min=0))
        answered = scale * sentences + shift - unmet.gather(1, above)
        return GroupScores(cosines, passages, sentences, answered, drift)


def tune(
    source: SourceEncoder, learned: Iterable[Lesson], held: Iterable[Lesson], work: Path, seed: int
) -> tuple[SourceEncoder, dict[str, NDArray[np.float32]]]:
    """Train the last layers; gives the encoder, and what late interaction learned.

    The figures in the log in `work` are of the lessons `held`.
    """
    torch.manual_seed(seed)
    model = bert(source)
    lower = _Lower(model, tokenizer_of(source.pieces, source.unknown))
    groups = [_group(lesson, lower) for lesson in learned]
    others = [_group(lesson, lower) for lesson in held]
    ranking = RankingModel(model)
    optimisers = [
        torch.optim.AdamW(parameters, rate, weight_decay=0.0)
        for parameters, rate in (
            (ranking.layers.parameters(), TUNING_RATES["layers"]),
            ([ranking.map], TUNING_RATES["map"]),
            (
                [ranking.importance, ranking.weights, ranking.need, ranking.silence],
                TUNING_RATES["importance"],
            ),
        )
    ]
    loop = Loop("tuning", ranking, optimisers, RunLength(minutes=24 * 60, checkpoint_minutes=15), work)
    loop.resume()
    loop.train(_batches(groups, seed), lambda batch: loss(ranking, *batch), lambda: figures(ranking, others))
    weights = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    interaction = {
        name: getattr(ranking, name).detach().numpy() for name in ("map", "importance", "need", "silence")
    }
    return replace(source, weights=weights), interaction


def loss(ranking: RankingModel, group: Group, asked: Sequence[GroupQuestion]) -> Tensor:
    """What a step makes smaller."""
    holds = torch.stack([one.holds for one in asked])
    right = torch.stack([one.answers for one in asked])
    scores = ranking.forward(group, asked)
    none = torch.zeros((len(asked), 1))
    silence = torch.cat([none, scores.answered], 1)
    withheld = torch.logsumexp(scores.answered.masked_fill(holds[:, group.passage_of_sentence], -1e4), 1)
    is_answered = right.any(1).float()
    turned = ((ranking.map - torch.eye(len(ranking.map))) ** 2).sum()
    return (
        LOSSES["sentence"] * _listwise(SHARPNESS["sentence"] * scores.sentences, right)
        + LOSSES["silence"] * _listwise(silence, torch.cat([~right.any(1, keepdim=True), right], 1))
        + LOSSES["withheld"] * (is_answered * functional.softplus(withheld)).mean()
        + LOSSES["passage"] * _listwise(SHARPNESS["passage"] * scores.passages, holds)
        + LOSSES["vector"] * _listwise(SHARPNESS["vector"] * scores.vectors, holds)
        + LOSSES["drift"] * scores.drift
        + LOSSES["map"] * turned
    )


@torch.no_grad()
def figures(ranking: RankingModel, groups: Sequence[Group]) -> dict[str, float]:
    """The shares of questions for which a passage that answers is found, and a sentence first."""
    right, answered, answerable = [], [], []
    for group in groups:
        for asked in in_batches(group.asked, QUESTIONS):
            scores = ranking.forward(group, asked)
            for row, one in enumerate(asked):
                answered.append(torch.logsumexp(scores.answered[row], 0).item())
                answerable.append(one.answers.any().item())
                if not answerable[-1]:
                    continue
                order = scores.passages[row].argsort(descending=True)
                right.append(
                    [
                        one.holds[scores.vectors[row].argmax()].item(),
                        one.holds[order[0]].item(),
                        one.holds[order[:3]].any().item(),
                        one.answers[scores.sentences[row].argmax()].item(),
                    ]
                )
    if not right:
        return {}
    names = ("vector success@1", "success@1", "success@3", "first sentence")
    shares = dict(zip(names, np.mean(right, axis=0).round(4).tolist(), strict=True))
    parted = roc_auc_score(answerable, answered) if len(set(answerable)) == 2 else math.nan
    return {**shares, "AUROC": round(float(parted), 4)}


def _batches(groups: Sequence[Group], seed: int) -> list[tuple[Group, list[GroupQuestion]]]:
    """Every question in each epoch, in an order that the seed decides."""
    order = random.Random(seed)
    batches: list[tuple[Group, list[GroupQuestion]]] = []
    for _ in range(EPOCHS):
        epoch = [
            (group, list(asked))
            for group in groups
            for asked in in_batches(order.sample(group.asked, len(group.asked)), QUESTIONS)
        ]
        batches += order.sample(epoch, len(epoch))
    return batches


def _group(lesson: Lesson, lower: "_Lower") -> Group:
    """What the lower layers give for a lesson, and which of its passages and sentences answer."""
    passages = lesson.passages
    texts, starts = lower(PASSAGE_PREFIX, [passage.text for passage in passages])
    questions, _ = lower(QUESTION_PREFIX, [question.text for question in lesson.questions])
    spans = [
        (number, start - passage.start, end - passage.start)
        for number, passage in enumerate(passages)
        for start, end in passage.sentences
    ]
    of_sentence = [np.full(len(begin), len(spans)) for begin in starts]
    for place, (number, start, end) in enumerate(spans):
        of_sentence[number][(start <= starts[number]) & (starts[number] < end)] = place
    held = [squash(passage.text) for passage in passages]
    said = [squash(passages[number].text[start:end]) for number, start, end in spans]
    asked = []
    for question, text in zip(lesson.questions, questions, strict=True):
        evidence = [squash(span) for span in question.evidence]
        holds = [any(covers(passage, span) for span in evidence) for passage in held]
        right = [any(answers(sentence, span) for span in evidence) for sentence in said]
        asked.append(GroupQuestion(text, torch.tensor(holds), torch.tensor(right)))
    return Group(
        passages=texts,
        passage_of_token=torch.from_numpy(np.repeat(np.arange(len(texts)), [len(b) for b in starts])),
        sentence_of_token=torch.from_numpy(np.concatenate(of_sentence)),
        passage_of_sentence=torch.tensor([number for number, _, _ in spans]),
        asked=asked,
    )


class _Lower:
    """The layers that stay as they are."""

    def __init__(self, model: BertModel, tokenizer: Tokenizer) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._first, self._last = (tokenizer.token_to_id(mark) for mark in ("<s>", "</s>"))

    @torch.no_grad()
    def __call__(
        self, prefix: str, texts: Sequence[str]
    ) -> tuple[list[LowerOutput], list[NDArray[np.int64]]]:
        """What they give for each text, and where in it each of its own tokens begins."""
        encodings = self._tokenizer.encode_batch([prefix + text for text in texts], add_special_tokens=False)
        rows = [[self._first, *encoding.ids[: TOKENS_READ - 2], self._last] for encoding in encodings]
        starts = [
            np.array([start for start, _ in encoding.offsets[: TOKENS_READ - 2]]) - len(prefix)
            for encoding in encodings
        ]
        found: dict[int, LowerOutput] = {}
        for places in in_batches(sorted(range(len(rows)), key=lambda at: len(rows[at])), READ_AT_ONCE):
            ids = nn.utils.rnn.pad_sequence([torch.tensor(rows[at]) for at in places], batch_first=True)
            lengths = torch.tensor([len(rows[at]) for at in places])
            mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
            with torch.autocast("cpu", torch.bfloat16):
                states = self._model(ids, attention_mask=mask, output_hidden_states=True).hidden_states
            vectors = functional.normalize((states[-1].float() * mask[..., None]).sum(1), dim=1)
            lower = states[max(len(states) - 1 - LAYERS, 0)].bfloat16()
            for row, at in enumerate(places):
                own = torch.from_numpy(np.concatenate([[False], starts[at] >= 0, [False]]))
                found[at] = LowerOutput(lower[row, : len(rows[at])].clone(), own, vectors[row])
        return [found[at] for at in range(len(rows))], [begin[begin >= 0] for begin in starts]


def _listwise(scores: Tensor, right: Tensor) -> Tensor:
    """The mean cross-entropy of the right ones among all, over the rows that have one; 0 without one."""
    some = right.any(1)
    scores, right = scores[some], right[some]
    losses = torch.logsumexp(scores, 1) - torch.logsumexp(scores.masked_fill(~right, -1e9), 1)
    return losses.sum() / max(len(losses), 1)
