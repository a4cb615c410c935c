"""Language model: how likely a text is in each language, by the sequences of bytes in it (naive Bayes).

The model is py3langid's (after Lui and Baldwin 2012, langid.py: An Off-the-shelf Language Identification
Tool). Its sequences are kept as a trie, and read as Aho and Corasick (1975) do, so that it opens at once.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import load


class LanguageModel:
    """A trie of byte sequences, its nodes numbered level by level, and what each says of the languages."""

    def __init__(self, learned: Path) -> None:
        """Read what `python -m index.training.languages` wrote."""
        model = load(learned.read_bytes())
        self._bytes = model["bytes"].tobytes()  # that leads to each node; the root's counts for nothing
        self._children = model["children"].data  # uint32[nodes + 1], where those of each node begin
        self._falls = model["falls"].data  # uint32[nodes], of the longest other sequence that ends each
        self._rows = model["rows"].data  # int32[nodes], of the likelihoods; -1 for a node that says nothing
        self._likelihoods = model["likelihoods"]  # float16[rows, languages], logarithms
        self._priors = model["priors"]  # float32[languages]

    def scores(self, text: str) -> list[float]:
        """The log-likelihood of each language for a text; all the same where nothing distinguishes them."""
        found = Counter(self._found(text))
        if not found:
            return [0.0] * len(self._priors)
        counts = np.log1p(np.array(list(found.values()), np.float32))
        scores: list[float] = (counts @ self._likelihoods[list(found)] + self._priors).tolist()
        return scores

    def _found(self, text: str) -> Iterator[int]:
        """The row of the longest sequence that ends at each byte, where it has one."""
        find, children, falls, rows = self._bytes.find, self._children, self._falls, self._rows
        plain = unicodedata.normalize("NFC", text.lower() if text.isupper() else text)
        node = 0
        for byte in plain.encode("utf-8", "surrogatepass"):
            while (child := find(byte, children[node], children[node + 1])) < 0 and node:
                node = falls[node]
            node = max(child, 0)
            if (row := rows[node]) >= 0:
                yield row
