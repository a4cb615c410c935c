"""Languages: the five languages of py3langid's model, in a file that opens ten times faster than all of them.

python -m index.training.languages
"""

from pathlib import Path

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE
from py3langid.modelio import load_model

from rodedraad.ingest.language import LANGUAGES

WRITTEN = Path(__file__).parents[2] / "ingest" / "languages.npz"


def main() -> None:
    """Write the file that `rodedraad.ingest.language` reads."""
    likelihoods, priors, languages, moves, rows, outputs = load_model(MODEL_DIR / MODEL_FILE)
    columns = [languages.index(language) for language in LANGUAGES]
    np.savez_compressed(
        WRITTEN,
        likelihoods=np.asarray(likelihoods)[:, columns],
        priors=np.asarray(priors)[columns],
        moves=np.asarray(moves, np.uint32),
        rows=np.asarray(rows),
        outputs=np.asarray(outputs, np.int32),
    )


if __name__ == "__main__":
    main()
