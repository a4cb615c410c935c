"""Exact: the encoder in float32, by torch, as it is before the export."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from transformers import BertConfig, BertModel

from index.training.figures import Encode
from index.training.source_encoder import WORD_EMBEDDINGS, SourceEncoder
from index.training.vocabulary import tokenizer_of
from rodedraad.index.encoders.onnx_transformer import PASSAGE_PREFIX, TOKENS_READ


def bert(source: SourceEncoder) -> BertModel:
    """The encoder as transformers' model, without dropout."""
    pieces, width = source.weights[WORD_EMBEDDINGS].shape
    shape = BertConfig(
        vocab_size=pieces,
        hidden_size=width,
        num_hidden_layers=source.layers,
        num_attention_heads=source.heads,
        intermediate_size=4 * width,
        layer_norm_eps=source.epsilon,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = BertModel(shape, add_pooling_layer=False)
    model.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in source.weights.items()})
    return model


def exact_encoder(source: SourceEncoder, at_once: int = 16) -> Encode:
    """The encoder of passages."""
    tokenizer = tokenizer_of(source.pieces, source.unknown)
    tokenizer.enable_truncation(TOKENS_READ - 2)
    first, last = map(tokenizer.token_to_id, ("<s>", "</s>"))
    model = bert(source)

    @torch.inference_mode()
    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        found: list[NDArray[np.float32]] = []
        for start in range(0, len(texts), at_once):
            batch = [PASSAGE_PREFIX + text for text in texts[start : start + at_once]]
            rows = [[first, *e.ids, last] for e in tokenizer.encode_batch(batch, add_special_tokens=False)]
            longest = max(map(len, rows))
            ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
            mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
            states = model(ids, attention_mask=mask).last_hidden_state
            summed = (states * mask[..., None]).sum(1)
            found.extend(functional.normalize(summed, dim=1).numpy())
        return np.stack(found)

    return encode


def fidelity(exact: Encode, quantised: Encode, texts: Sequence[str]) -> dict[str, float]:
    """The mean and the lowest cosine between the two encoders' vectors of the same texts."""
    cosines = np.einsum("nd,nd->n", exact(texts), quantised(texts))
    return {"cosine mean": round(float(cosines.mean()), 5), "cosine lowest": round(float(cosines.min()), 5)}
