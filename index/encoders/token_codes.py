"""Token codes: the states of a passage's tokens in few bytes, as an index stores them.

More than half of a state is common to its passage, whose vector is stored anyway: a byte says how much. The
rest is turned so that it falls into pieces of much the same weight, and each piece is replaced by the number
of the nearest of 256 vectors (product quantisation: Jégou et al. 2011). The learned numbers are
in token_codes.safetensors, written by `python -m index.training.fit_token_codes`.
"""

from pathlib import Path

import numpy as np

from rodedraad.index.encoders.base import Vectors, unit
from rodedraad.ingest.errors import RodeDraadError

TOKEN_CODES = Path(__file__).with_name("token_codes.safetensors")

TURN, PIECES = "turn", "pieces"
"""What was learned: the rotation, float[d, d], and the vectors, float[bytes, 256, d / bytes]."""

SHARE_STEPS = 127
"""Of what a state has in common with its passage, from 0 to 1."""


class TokenCodec:
    """Packs the states of tokens, and unpacks them to be compared with those of a question."""

    def __init__(self, learned: Path = TOKEN_CODES) -> None:
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
        self._rows = self._pieces.reshape(-1, self._pieces.shape[2])
        self._first_rows = np.arange(self.width) * self._pieces.shape[1]
        self._columns = np.ascontiguousarray(self._pieces.transpose(0, 2, 1))
        self._halves = np.square(self._pieces).sum(axis=2)[:, None] / 2  # of the squared lengths

    def turned(self, states: Vectors) -> Vectors:
        """States, or a vector, turned as coded states are: inner products stay as they are."""
        turned: Vectors = states @ self._turn
        return turned

    def pack(self, states: Vectors, vector: Vectors) -> bytes:
        """The states of tokens, float32[n, d], as bytes; `vector` is their passage's, float32[d]."""
        common, own = parted(states, vector)
        parts = self.turned(own).reshape(len(own), *self._pieces.shape[::2]).transpose(1, 0, 2)
        nearest = (np.matmul(parts, self._columns) - self._halves).argmax(axis=2)
        steps = np.rint(common * SHARE_STEPS).astype(np.int8)
        return b"".join((steps.tobytes(), nearest.T.astype(np.uint8).tobytes()))

    def unpack(self, packed: bytes, vector: Vectors) -> Vectors:
        """The states that `pack` packed, with the same vector: float32[n, d], rows of unit length, turned."""
        count = len(packed) // (1 + self.width)
        steps = np.frombuffer(packed, np.int8, count)
        codes = np.frombuffer(packed, np.uint8, offset=count).reshape(count, self.width)
        own = self._rows.take(codes + self._first_rows, axis=0).reshape(count, len(self._turn))
        return unit(own + np.outer(steps / np.float32(SHARE_STEPS), self.turned(vector)))


def parted(states: Vectors, vector: Vectors) -> tuple[Vectors, Vectors]:
    """What states, float32[n, d], have in common with a vector, -1 to 1, and the rest, float32[n, d]."""
    common = states @ vector
    return common, states - np.outer(common, vector)
