"""What embedding a passage costs, against sentence-transformers with the same model in float32.

    OMP_NUM_THREADS=1 python -m tests.benchmarks.embedding [RUNS]

The passages of the bundled corpus are embedded as an indexing embeds them, with what is stored of their
tokens. The peer has the bundled encoder's weights, restored from eight bits, and gives a vector only. Both
run in turn, on one thread; times are of computing, so that they hold on a busy machine.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from index.training.restore import restored_layers, tensors
from rodedraad.index.encoders.base import Vectors
from rodedraad.index.encoders.bundled import BUNDLED_ENCODER, bundled_contextual
from rodedraad.index.encoders.onnx_transformer import ENCODER, LONGEST, PASSAGE, THREADS, TOKENIZER
from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.passages import split_passages
from rodedraad.ingest.read_documents import read_documents
from rodedraad.ingest.read_file import read_bytes
from tests.benchmarks.reindex import ROOT

ALIKE = 0.99
"""The least cosine between the two vectors of a passage, or one of them is another model's."""


def main(runs: int) -> None:
    """Measure and print."""
    assert THREADS == torch.get_num_threads() == 1, "set OMP_NUM_THREADS=1"
    texts = passages()
    encoder = bundled_contextual()
    with tempfile.TemporaryDirectory() as folder:
        peer = float32(Path(folder))
    prefixed = [PASSAGE + text for text in texts]
    ours = np.stack([embedding.vector for embedding in encoder.embeddings(texts)])
    theirs: Vectors = peer.encode(prefixed)
    assert np.einsum("nd,nd->n", ours, theirs).min() > ALIKE
    pairs = [
        (computing(lambda: encoder.embeddings(texts)), computing(lambda: peer.encode(prefixed)))
        for _ in range(runs)
    ]
    for name, took in zip(("rodedraad", "sentence-transformers"), zip(*pairs, strict=True), strict=True):
        second = statistics.median(took)
        print(f"{name}: {len(texts) / second:.1f} passages a second, {1e3 * second / len(texts):.1f} ms each")
    ratios = [other / own for own, other in pairs]
    print(f"times the peer's passages, in each run: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    print(f"median: {statistics.median(ratios):.2f}")


def passages() -> Sequence[str]:
    """The passages of the bundled corpus, as they are embedded."""
    documents = [read_documents(source, read_bytes(source))[0] for source in scan(ROOT / "corpus")[0]]
    return [passage.searched for document in documents for passage in split_passages(document)]


def float32(folder: Path) -> SentenceTransformer:
    """The bundled encoder in float32, by way of a folder as sentence-transformers save it."""
    shape = BertConfig.from_pretrained(BUNDLED_ENCODER)
    found = tensors(BUNDLED_ENCODER / ENCODER)
    places = found["places"]  # with the vector of the one segment added
    weights = restored_layers(found, range(shape.num_hidden_layers)) | {
        "embeddings.word_embeddings.weight": found["table"] * found["table.scales"],
        "embeddings.position_embeddings.weight": places,
        "embeddings.token_type_embeddings.weight": np.zeros((shape.type_vocab_size, places.shape[1])),
        "embeddings.LayerNorm.weight": found["embeddings.LayerNorm.weight"],
        "embeddings.LayerNorm.bias": found["embeddings.LayerNorm.bias"],
    }
    model = BertModel(shape, add_pooling_layer=False)
    model.load_state_dict({name: torch.tensor(value, dtype=torch.float32) for name, value in weights.items()})
    model.save_pretrained(folder)
    tokenizer = Tokenizer.from_file(str(BUNDLED_ENCODER / TOKENIZER))
    marks = [(mark, tokenizer.token_to_id(mark)) for mark in ("<s>", "</s>")]
    tokenizer.post_processor = TemplateProcessing("<s> $A </s>", special_tokens=marks)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", model_max_length=LONGEST
    ).save_pretrained(folder)
    modules = [
        Transformer(str(folder), model_kwargs={"add_pooling_layer": False}),
        Pooling(shape.hidden_size, pooling_mode="mean"),
        Normalize(),
    ]
    return SentenceTransformer(modules=modules, device="cpu")


def computing(embed: Callable[[], object]) -> float:
    """Seconds of computing that a call takes."""
    began = time.process_time()
    embed()
    return time.process_time() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
