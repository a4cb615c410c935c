"""Export: the encoder and the static table as one folder that needs neither torch nor a network."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import BertConfig, BertModel

from index.contextual import ENCODER, LONGEST, PASSAGE, TOKENIZER
from index.training.figures import Encode
from index.training.graph import encoder_model
from index.training.source import Source
from index.training.static import write_table
from index.training.vocabulary import tokenizer_of

STATIC_FILES = ("config_sentence_transformers.json", "modules.json", "tokenizer.json")
WORDS = "embeddings.word_embeddings.weight"


def export_encoder(source: Source, ids: Sequence[int], out: Path) -> None:
    """Write the encoder and its tokenizer, of all pieces only those in `ids`, in eight bits."""
    out.mkdir(parents=True, exist_ok=True)
    pieces = [source.pieces[id] for id in ids]
    tokenizer_of(pieces, ids.index(source.unknown)).save(str(out / TOKENIZER), pretty=False)
    weights = {**source.weights, WORDS: source.weights[WORDS][list(ids)]}
    onnx.save(encoder_model(weights, source.layers, source.heads, source.epsilon), out / ENCODER)


def export_static(table: NDArray[np.float32], static: Path, out: Path) -> None:
    """Write the static table; `static` is the sentence-transformers folder whose other files it keeps."""
    out.mkdir(parents=True, exist_ok=True)
    for name in STATIC_FILES:
        shutil.copyfile(static / name, out / name)
    write_table(table, out)


def exact_encoder(source: Source, at_once: int = 16) -> Encode:
    """The encoder of passages before the export: every piece, in float32, by torch."""
    tokenizer: Tokenizer = tokenizer_of(source.pieces, source.unknown)
    tokenizer.enable_truncation(LONGEST - 2)
    names = [piece for piece, _ in source.pieces]
    first, last = names.index("<s>"), names.index("</s>")
    width = source.weights[WORDS].shape[1]
    shape = BertConfig(
        vocab_size=len(source.weights[WORDS]),
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

    @torch.inference_mode()
    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        found: list[NDArray[np.float32]] = []
        for start in range(0, len(texts), at_once):
            batch = [PASSAGE + text for text in texts[start : start + at_once]]
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
