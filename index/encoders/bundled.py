"""Bundled encoders, each loaded once, or the encoder that settings.toml names; checksums of their files."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rodedraad.index.encoders.base import Embedder, sha256_of
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

PACKAGE = Path(__file__).parents[2]
CHECKSUMS = {
    "index/encoders": {
        "token_codes.safetensors": "1426c00b2a6b3a07bae8e76a99db459a6a69b5e2513d0efd270e1120eaedb334"
    },
    "index/model/encoder": {
        "encoder.onnx": "ff63640c5a2a22be8d9e87b4110a3f1fee07e93aba13765c9e99568d988e9ef8",
        "encoder.onnx_data": "1ef2f8b363b628e91b40ecfc65b4a75a90aac60b390b9ea2e1e8489900606a56",
        "interaction.safetensors": "ab7ade572ab2ce7095b16a6bf8ca92839a77006ef719e0a20a16e907e8d75a39",
        "tokenizer.json": "6491215341502275e0e3b7cc64933939fb4c11cdbac0b91998f71e8bdf20351f",
        "verifier.onnx": "c97ee2b341fb670143be3d2c3863ca8b7b7a54681245e4c9da2893797e21c06b",
        "verifier.safetensors": "7fc59064c6c24b608824f3394b6baa7903a20058650fb2a46676ec66b4c74d3d",
    },
    "index/model/glosses": {
        "de-en.tsv.gz": "45a0941d50f5436e63ffcb1db74e97a9479ddbe5ecaeb45f4c37e3445a72e403",
        "de-es.tsv.gz": "b40ddf2ee831c72bc778d165028558be2248fb7a0138daf29fca28a0e91dbd23",
        "de-fr.tsv.gz": "eaa61c1295157b547e2bb467161193ebdea38e713edf77c470afb70cbe42096d",
        "de-nl.tsv.gz": "a0d55b30bcafebb7532ee6a3a00cba62ceb4316f588f02589e3f5916739d6fe2",
        "en-es.tsv.gz": "9093a3c6480a1f20cc948050b48874ce2c1f13e7a3a59dd5f55bd9e40452217b",
        "en-fr.tsv.gz": "bf99f8a5250e87f016f0107e22de543ccd184aad2f6562da7a8414ed26659cdb",
        "en-nl.tsv.gz": "7a0263bde1c5266cefb23db521c106087abed1a61dfce1e4c2818b6732bc1b51",
        "es-en.tsv.gz": "c869ba7158f6b9dd7a72b1ed2fab72876e8f66fae9cb275927f25bda24e3909c",
        "es-fr.tsv.gz": "bb229466d752bfc7d92c1549be4d8c6ec0814bb92a09c2db0e02b31aa80cea70",
        "es-nl.tsv.gz": "03517eab5eb4185b42b9a8f1900473e5490bcd42ee1dad24df8c3a7aa33b90a3",
        "fr-en.tsv.gz": "0ed1d525eef3075b4a1f83263d491a42e9c15faecfe99aff4418f87b0354387a",
        "fr-es.tsv.gz": "8490270ccf70f8d119caf12fd735ea4b23243e17882e33224923c809b797865e",
        "fr-nl.tsv.gz": "eb2da8a3e25fffd1cbc911501bd675a1a4b9ad9360bdcf33888e7a4a7ef3546c",
        "nl-en.tsv.gz": "3dbdddd43249a7ce358a2d5c9489aecb791d9b4e3e9c220d66b550c80f2047ab",
        "nl-es.tsv.gz": "bc08d2e349bcdca0aea77c1516e0337e72daa44457f2b517f1aabb53313c1ed1",
        "nl-fr.tsv.gz": "d645e54bc0cd7c3239b7c9426247165d3c53ce0f2be898798c2c1cac58927bc6",
    },
    "index/model": {
        "model.safetensors": "abac9f591015b4787883e20beae40f8334a9e35a2f2a715e992d4ec37b0d4791",
        "tokenizer.json": "fc046874975405de71dbab39325e20c5f0d27acbdbdc1ad10da6be0b2666c8eb",
    },
    "ingest": {"languages.safetensors": "a2d931d1044513a1b0478f375248650948ed4b56b6f1ad3644a4294627399e14"},
}
"""The SHA-256 of each file of a bundled model; a test compares them, and prints the right ones."""


def damaged_file() -> Path | None:
    """A file of a bundled model that is missing, or not as it was released; reads all 96 MB."""
    for folder, checksums in CHECKSUMS.items():
        for name, checksum in checksums.items():
            path = PACKAGE / folder / name
            try:
                is_sound = sha256_of([path]) == checksum
            except OSError:
                is_sound = False
            if not is_sound:
                return path
    return None


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
