"""Languages: the five languages of py3langid's model, in a file that opens at once.

python -m index.training.languages
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from py3langid.langid import MODEL_DIR, MODEL_FILE
from py3langid.modelio import load_model
from safetensors.numpy import save_file

from rodedraad.ingest.language import LANGUAGES

WRITTEN = Path(__file__).parents[2] / "ingest" / "languages.safetensors"

Counts = npt.NDArray[np.int64]


def main() -> None:
    """Write the file that `rodedraad.ingest.language_model` reads."""
    likelihoods, priors, languages, moves, rows, outputs = load_model(MODEL_DIR / MODEL_FILE)
    columns = [languages.index(language) for language in LANGUAGES]
    states, found, children, falls = trie(np.asarray(moves).reshape(-1, 256)[np.asarray(rows)])
    tensors: dict[str, npt.NDArray[Any]] = {
        "bytes": found.astype(np.uint8),
        "children": children.astype(np.uint32),
        "falls": falls.astype(np.uint32),
        "rows": np.asarray(outputs, np.int32)[states],
        "likelihoods": np.ascontiguousarray(np.asarray(likelihoods)[:, columns]),
        "priors": np.asarray(priors)[columns],
    }
    save_file(tensors, WRITTEN)


def trie(moves: Counts) -> tuple[Counts, Counts, Counts, Counts]:
    """The trie in an automaton of Aho and Corasick, whose state 0 is the root: int[states, 256].

    Its nodes are numbered level by level. Of each: the state, the byte that leads to it, where its children
    begin, with the end behind them, and the node of the longest other sequence that ends it.
    """
    states, found, children, falls = [0], [0], [], {0: 0}
    for state in states:
        children.append(len(states))
        for byte in np.flatnonzero(moves[state]).tolist():
            child = int(moves[state, byte])
            if child not in falls:  # from elsewhere, a longer sequence leads to it
                falls[child] = int(moves[falls[state], byte]) if state else 0
                states.append(child)
                found.append(byte)
    children.append(len(states))
    nodes = np.argsort(states)
    fallen = nodes[[falls[state] for state in states]]
    return np.array(states), np.array(found), np.array(children), fallen


if __name__ == "__main__":
    main()
