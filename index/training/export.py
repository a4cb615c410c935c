"""Export: what was made, as one folder that needs neither torch nor a network."""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx.external_data_helper import ExternalDataInfo, set_external_data
from safetensors.numpy import save_file

from index.training.graph import encoder_model
from index.training.source_encoder import SourceEncoder
from index.training.static import write_table
from index.training.tuning import LAYERS
from index.training.vocabulary import tokenizer_of
from rodedraad.index.encoders.late_interaction import INTERACTION
from rodedraad.index.encoders.onnx_transformer import ENCODER, FROZEN, TOKENIZER
from rodedraad.index.encoders.verifier import SCORING, VERIFIER

SMALL_CONSTANT = 1024  # bytes of a constant that stays in the graph
ROUNDED = re.compile(r"encoder\.layer\..*\.(matrix|scales)")
"""What is in eight bits, by scales that were bounded later than the bundled file was written."""
STATIC_FILES = ("config_sentence_transformers.json", "modules.json", "tokenizer.json")


def export_encoder(source: SourceEncoder, out: Path) -> None:
    """Write the encoder in eight bits, and its tokenizer."""
    out.mkdir(parents=True, exist_ok=True)
    tokenizer_of(source.pieces, source.unknown).save(str(out / TOKENIZER), pretty=False)
    model = encoder_model(source.weights, source.layers, source.heads, source.epsilon)
    write_in_pieces(model, out, source.layers - LAYERS)


def write_in_pieces(model: onnx.ModelProto, out: Path, frozen_layers: int) -> None:
    """Write the weights that no training changes to a file of their own: a new version costs a third.

    They are the embeddings and the lowest `frozen_layers` layers. The two files lie side by side.
    """
    learned = re.compile(r"encoder\.layer\.(\d+)\.")
    offset = 0
    with (out / FROZEN).open("wb") as file:
        for tensor in model.graph.initializer:
            layer = learned.match(tensor.name)
            if len(tensor.raw_data) < SMALL_CONSTANT or (layer and int(layer[1]) >= frozen_layers):
                continue
            set_external_data(tensor, FROZEN, offset, len(tensor.raw_data))
            offset += file.write(tensor.raw_data)
            tensor.ClearField("raw_data")
    onnx.save(model, out / ENCODER)


def export_verifier(source: SourceEncoder, scoring: dict[str, NDArray[np.float32]], out: Path) -> None:
    """Write the verifier beside the encoder, with which it shares the file of frozen weights.

    Raises ValueError when that file is of another encoder.
    """
    model = encoder_model(source.weights, source.layers, source.heads, source.epsilon)
    with TemporaryDirectory() as made:
        write_in_pieces(model, Path(made), source.layers - LAYERS)
        if _exact_weights(model, out) != _exact_weights(model, Path(made)):
            raise ValueError(f"{out / FROZEN} is not of the encoder that the verifier starts from.")
        shutil.move(Path(made, ENCODER), out / VERIFIER)
    save_file({name: value.astype(np.float16) for name, value in scoring.items()}, out / SCORING)


def _exact_weights(model: onnx.ModelProto, folder: Path) -> list[bytes]:
    """The frozen weights in a folder that are not rounded, at the places that the model names."""
    data = (folder / FROZEN).read_bytes()
    places = [
        ExternalDataInfo(tensor)
        for tensor in model.graph.initializer
        if tensor.external_data and not ROUNDED.fullmatch(tensor.name)
    ]
    return [data[place.offset : (place.offset or 0) + (place.length or 0)] for place in places]


def export_interaction(learned: dict[str, NDArray[np.float32]], out: Path) -> None:
    """Write what late interaction learned, in half precision."""
    save_file({name: value.astype(np.float16) for name, value in learned.items()}, out / INTERACTION)


def export_static(table: NDArray[np.float32], static: Path, out: Path) -> None:
    """Write the static table; `static` is the sentence-transformers folder whose other files it keeps."""
    out.mkdir(parents=True, exist_ok=True)
    for name in STATIC_FILES:
        shutil.copyfile(static / name, out / name)
    write_table(table, out)
