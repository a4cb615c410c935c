"""Export: the trained student and the static table as one folder that needs neither torch nor a network."""

import shutil
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from index.training.distill import bert_of
from index.training.figures import Encode
from index.training.graph import encoder_model
from index.training.static import write_table

STATIC_FILES = ("config_sentence_transformers.json", "modules.json")


def export(
    student: SentenceTransformer, table: NDArray[np.float32], tokenizer: Path, static: Path, out: Path
) -> None:
    """Writes both halves of the model; they share the tokenizer, so their token ids must be the same.

    `static` is the sentence-transformers folder whose settings the table's half keeps.
    """
    out.mkdir(parents=True, exist_ok=True)
    for name in STATIC_FILES:
        shutil.copyfile(static / name, out / name)
    write_table(table, out)
    shutil.copyfile(tokenizer, out / "tokenizer.json")
    bert = bert_of(student)
    weights = {name: value.float().cpu().numpy() for name, value in bert.state_dict().items()}
    shape = bert.config
    model = encoder_model(weights, shape.num_hidden_layers, shape.num_attention_heads, shape.layer_norm_eps)
    onnx.save(model, out / "contextual.onnx")


def fidelity(exact: Encode, quantised: Encode, texts: list[str]) -> dict[str, float]:
    """The mean and the lowest cosine between the two encoders' vectors of the same texts."""
    cosines = np.einsum("nd,nd->n", exact(texts), quantised(texts))
    return {"cosine mean": round(float(cosines.mean()), 5), "cosine lowest": round(float(cosines.min()), 5)}
