"""Learn how the states of tokens are coded, from the texts that the encoder learned from.

    python -m index.training.fit_token_codes FOLDER...

Writes index/encoders/token_codes.safetensors, and prints how much of the states is lost in passages that were
and that were not learned from. To be run again whenever the encoder changes; an index made before is then
embedded again.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import faiss
import numpy as np
from safetensors.numpy import save_file

from rodedraad.index.encoders.base import Vectors
from rodedraad.index.encoders.bundled import bundled_contextual
from rodedraad.index.encoders.onnx_transformer import Tokens
from rodedraad.index.encoders.token_codes import PIECES, TOKEN_CODES, TURN, TokenCodec, parted
from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.passages import split_passages
from rodedraad.ingest.read_documents import read_documents
from rodedraad.ingest.read_file import read_settled

BYTES = 32
"""Of a state; with 24, the states lose a quarter more."""

EVERY = 6
"""One passage of so many is learned from."""


def passages(folders: Sequence[Path]) -> Iterator[str]:
    """The text of every passage of the documents in some folders."""
    for folder in folders:
        for source in scan(folder)[0]:
            for document in read_documents(*read_settled(source, source.size)):
                yield from (passage.searched for passage in split_passages(document))


def learned_codes(own: Vectors) -> dict[str, Vectors]:
    """What codes the parts of states that passages do not have in common with them, float32[n, d]."""
    width = own.shape[1]
    _, directions = np.linalg.eigh(own.T @ own)
    # Dealt out like cards, from the one in which states differ most, so that each piece counts alike.
    turn = directions[:, ::-1][:, np.argsort(np.arange(width) % BYTES, kind="stable")].astype(np.float32)
    quantizer = faiss.ProductQuantizer(width, BYTES, 8)
    quantizer.train(np.ascontiguousarray(own @ turn))
    pieces = faiss.vector_to_array(quantizer.centroids).reshape(BYTES, 256, width // BYTES)
    return {TURN: turn, PIECES: pieces}


def lost(codec: TokenCodec, read: Sequence[Tokens]) -> float:
    """The mean squared distance of coded states from the states, which have unit length."""
    squares = []
    for tokens in read:
        coded = codec.unpack(codec.pack(tokens.states, tokens.vector), tokens.vector)
        squares.append(np.square(coded - codec.turned(tokens.states)).sum(axis=1))
    return float(np.concatenate(squares).mean())


def main(folders: Sequence[Path]) -> None:
    """Learn, write the file and print the figures."""
    texts = list(dict.fromkeys(passages(folders)))
    learned = bundled_contextual().all_tokens(texts[::EVERY])
    others = bundled_contextual().all_tokens(texts[1 :: 4 * EVERY])
    parts = learned_codes(np.concatenate([parted(tokens.states, tokens.vector)[1] for tokens in learned]))
    save_file(
        {name: np.ascontiguousarray(part, np.float16) for name, part in parts.items()}, TOKEN_CODES.resolve()
    )
    codec = TokenCodec()
    for name, read in (("learned from", learned), ("others", others)):
        print(f"{name}: {len(read)} passages, lost {lost(codec, read):.4f}")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
