"""The encoders in force: the bundled ones, each loaded once, or the one that settings.toml names."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rodedraad.index.encoders.base import Embedder
from rodedraad.index.encoders.sentence_transformer import TransformerEmbedder
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.settings import Settings

if TYPE_CHECKING:
    from rodedraad.index.encoders.late_interaction import LateInteraction
    from rodedraad.index.encoders.onnx_transformer import ContextualEmbedder
    from rodedraad.index.encoders.verifier import Verifier

BUNDLED_MODEL = Path(__file__).parent.parent / "model"
BUNDLED_ENCODER = BUNDLED_MODEL / "encoder"

STATIC_FINGERPRINT = "e9d62088dc4423e4ec114a323219f3817aed9eae0df638359e740ee7470df0a1"
ENCODER_FINGERPRINT = "66a49e51baf83c15eb2fd203ad13ef52b38c139f4682653b3dac69a32ae2faa4"
"""Of the bundled files, 75 MB that are not read for it at every start; a test compares them."""


def damaged_models() -> list[Path]:
    """The folders of bundled models whose files are not as they were released; reads all 75 MB."""
    from rodedraad.index.encoders import onnx_transformer, static_table

    released = {
        BUNDLED_MODEL: (static_table.fingerprint_of, STATIC_FINGERPRINT),
        BUNDLED_ENCODER: (onnx_transformer.fingerprint_of, ENCODER_FINGERPRINT),
    }
    damaged = []
    for folder, (fingerprint_of, fingerprint) in released.items():
        try:
            is_sound = fingerprint_of(folder) == fingerprint
        except OSError:
            is_sound = False
        if not is_sound:
            damaged.append(folder)
    return damaged


def load_embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name.

    Raises RodeDraadError when the model cannot be loaded.
    """
    if not settings.model:
        return bundled_contextual()
    if folder := _static_folder(Path(settings.model)):
        prefixes = (settings.query_prefix, settings.passage_prefix)
        return StaticEmbedder(folder, settings.model, prefixes)
    return TransformerEmbedder(settings)


@cache
def bundled_static() -> StaticEmbedder:
    """The bundled table of token vectors."""
    return StaticEmbedder(BUNDLED_MODEL, "bundled", fingerprint=STATIC_FINGERPRINT)


def _static_folder(model: Path) -> Path | None:
    """Where a model's folder keeps its StaticEmbedding; None if it is another kind of model."""
    try:
        [module] = json.loads((model / "modules.json").read_text("utf-8"))
        if module["type"].endswith(".StaticEmbedding"):
            return model / str(module["path"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return None


@cache
def bundled_contextual() -> "ContextualEmbedder":
    """The bundled transformer."""
    from rodedraad.index.encoders.onnx_transformer import ContextualEmbedder

    return ContextualEmbedder(BUNDLED_ENCODER, "bundled", ENCODER_FINGERPRINT)


@cache
def bundled_interaction() -> "LateInteraction":
    """Late interaction with the bundled transformer."""
    from rodedraad.index.encoders.late_interaction import INTERACTION, LateInteraction

    return LateInteraction(bundled_contextual(), BUNDLED_ENCODER / INTERACTION)


@cache
def bundled_verifier() -> "Verifier":
    """The verifier beside the bundled transformer."""
    from rodedraad.index.encoders.verifier import Verifier

    return Verifier(BUNDLED_ENCODER, bundled_contextual().tokenizer)
