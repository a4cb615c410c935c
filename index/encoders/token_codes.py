"""Token codes: the states of a passage's tokens in few bytes, as an index stores them.

More than half of a state is common to its passage, whose vector is stored anyway: a byte says how much. The
rest is turned so that it falls into pieces of much the same weight, and each piece is replaced by the number
of the nearest of 256 vectors (product quantisation: Jégou et al. 2011). What was learned stands in
token_codes.safetensors, written by `python -m rodedraad.index.encoders.fit_token_codes`.
"""

from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from rodedraad.index.encoders.base import Vectors, unit
from rodedraad.ingest.errors import RodeDraadError

LEARNED = Path(__file__).with_name("token_codes.safetensors")

TURN, PIECES = "turn", "pieces"
"""What was learned: the rotation, float[d, d], and the vectors, float[bytes, 256, d / bytes]."""

STEPS = 127
"""Of what a state has in common with its passage, from 0 to 1."""

FARTHEST = np.iinfo(np.uint16).max
"""The largest offset of a token that is stored."""


@dataclass(frozen=True, slots=True)
class CodedTokens:
    """The tokens of a text as they were stored."""

    starts: npt.NDArray[np.int64]  # int64[n], where in the text each begins
    states: Vectors  # float32[n, d], rows of unit length, turned as `TokenCodec.turned`


class TokenCodec:
    """Packs the states of tokens, and unpacks them to be compared with those of a question."""

    def __init__(self, learned: Path = LEARNED) -> None:
        """Read what was learned for the bundled transformer; RodeDraadError if it cannot."""
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            tensors = load(learned.read_bytes())
            self._turn = tensors[TURN].astype(np.float32)
            self._pieces = tensors[PIECES].astype(np.float32)
        except (OSError, KeyError, SafetensorError) as error:
            raise RodeDraadError(f"{learned} cannot be read ({error}). Reinstall Rode Draad.") from error
        self.width = len(self._pieces)
        self._quantizer = faiss.ProductQuantizer(len(self._turn), self.width, 8)
        faiss.copy_array_to_vector(self._pieces.ravel(), self._quantizer.centroids)

    def turned(self, states: Vectors) -> Vectors:
        """States, or a vector, turned as coded states are: inner products stay as they are."""
        turned: Vectors = states @ self._turn
        return turned

    def pack(self, starts: npt.NDArray[np.int64], states: Vectors, vector: Vectors) -> bytes:
        """Tokens as bytes: where each begins, int64[n], and its state, float32[n, d].

        `vector` is the passage's, float32[d].
        """
        common, own = parted(states, vector)
        codes = self._quantizer.compute_codes(np.ascontiguousarray(self.turned(own)))
        steps = np.rint(common * STEPS).astype(np.int8)
        return np.minimum(starts, FARTHEST).astype("<u2").tobytes() + steps.tobytes() + codes.tobytes()

    def unpack(self, packed: bytes, vector: Vectors) -> CodedTokens:
        """The tokens that `pack` packed, with the same vector."""
        count = len(packed) // (2 + 1 + self.width)
        starts = np.frombuffer(packed, "<u2", count).astype(np.int64)
        steps = np.frombuffer(packed, np.int8, count, offset=2 * count)
        codes = np.frombuffer(packed, np.uint8, offset=3 * count).reshape(count, self.width)
        own = self._pieces[np.arange(self.width), codes].reshape(count, len(self._turn))
        return CodedTokens(starts, unit(own + np.outer(steps / np.float32(STEPS), self.turned(vector))))


def parted(states: Vectors, vector: Vectors) -> tuple[Vectors, Vectors]:
    """What states, float32[n, d], have in common with a vector, -1 to 1, and the rest, float32[n, d]."""
    common = states @ vector
    return common, states - np.outer(common, vector)
