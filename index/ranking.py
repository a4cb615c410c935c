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

PASSAGE: Final = PROPOSING | {"nearness": 1.4, "before": 1.0, "interaction": 1.2, "sentence": 0.72}
"""Weights of the signals of a passage that was read.

"before" is how much better the question is matched with the passages just before, which may name the
subject. With it a right passage is among the three best for .930, .814 and .959 of fitted questions about
other genres, magazine articles and people's (without it .917, .809 and .950); of sealed ones for .958, .804
and 1.000 (.945, .794 and 1.000), and for .951 of the gold questions (.951).
"""

SENTENCE: Final = {"interaction": 6.16, "so far": 1.56, "likeness": 0.61}
"""Weights of a sentence's signals.

"interaction" is late interaction with the sentence, "so far" the same with the passage up to its end, where
the subject may be named, and "likeness" the cosine of the static vectors. "So far" puts the right sentence
first for .751 of sealed questions about other genres (without it .744), .533 about magazine articles (.529)
and .782 of people's (.781); .692 of the gold questions (.667).
"""

QUOTED: Final = {"passage": 1.08, "sentence": 3.43, "verified": 0.55, "length": -0.46}
"""Weights of what chooses the sentences to quote; their sum is the logarithm of a sentence's odds.

They are the passage's score, the sentence's own, the verifier's, and the logarithm of its characters: a long
sentence matches more of any question. They put the right sentence first for .690 of 916 fitted questions
about other genres, .623 of 960 about magazine articles and .794 of 824 of people's, by cross-validation over
sets; the weights that were learned with the verifier before it for .675, .613 and .797.
"""


def weighted(signals: Mapping[str, Any], weights: Mapping[str, Any]) -> Any:
    """The sum of the signals, numbers or arrays of one shape, each by its weight."""
    return sum(weights[name] * value for name, value in signals.items())
