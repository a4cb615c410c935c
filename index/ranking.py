"""Ranking: the weighted sums by which passages are proposed and ranked, and sentences are chosen.

Signals lie between 0 and 1 by themselves, but for those of sentences. The weights of what is read were
learned by `python -m index.training.fit_weights`, which uses the same sums.
"""

from collections.abc import Mapping
from typing import Any, Final

PROPOSING: Final = {"coverage": 1.0, "dense": 3.0, "bm25": 0.25, "nearness": 0.6}
"""Weights of the signals that choose the passages to read.

Measured by these alone on the gold questions (success@3) and XQuAD (recall@1 of nl / en questions
over Dutch passages): all .94, .936 / .930; without coverage .90, .874 / .863; without dense .83,
.884 / .833; without BM25 .94, .936 / .930. Across languages BM25 finds only names, so it counts where
question and passage share a language. Nearness, to the passage of the answer before, counts in
follow-ups only.
"""

PASSAGE: Final = PROPOSING | {"nearness": 1.4, "interaction": 1.5, "sentence": 0.6}
"""Weights of the signals of a passage that was read.

The best sentence was learned as 1.0 and counts .6: XQuAD's longer passages then lose nothing (recall@1
of nl / en questions .935 / .928, with 1.0 .918 / .915). It costs .005 of the held questions' success@3.
"""

SENTENCE: Final = {"interaction": 5.17, "likeness": 0.52, "opening": -1.02}
"""Weights of a sentence's signals: late interaction; the cosine of the static vectors; and whether it is
the first of its document, which is mostly the title."""

QUOTED: Final = {"passage": 0.56, "sentence": 1.0}
"""Weights of a passage's score and of a sentence's own in choosing what to quote."""


def weighted(signals: Mapping[str, Any], weights: Mapping[str, Any]) -> Any:
    """The sum of the signals, numbers or arrays of one shape, each by its weight."""
    return sum(weights[name] * value for name, value in signals.items())
