"""Turn: whether what somebody types is a new question, a follow-up, or no question at all.

A multinomial logistic regression on the encoder's vector of the text and on some features of its words.
The fitted numbers are in turn.json, written by `python -m index.training.fit_turn`.
"""

import json
import re
from math import log
from pathlib import Path
from typing import Any, Final

import numpy as np

from rodedraad.index.encoders.base import Vectors

FITTED_TURN: dict[str, Any] = json.loads(Path(__file__).with_name("turn.json").read_text("utf-8"))
_WEIGHTS = np.array(FITTED_TURN["weights"], np.float32)  # of the features, then of the vector, for each kind
_CONSTANTS = np.array(FITTED_TURN["constants"], np.float32)

KINDS: Final = ("new", "follow-up", "none")
"""What a turn can be."""

LONG_WORD = 7  # letters: such a word mostly says what a question is about

_WORD = re.compile(r"[\w’']+")
_OPENERS = frozenset("en maar dus and but so et mais alors donc y e pero und aber".split())
"""Words that tie a question to the one before it when they open it."""

_POINTERS = frozenset(
    """
    daar daarvan daarmee daaruit daardoor daarachter daarvoor daarbij daarom daaraan daarop
    hierin ermee ervan eruit erin eraan ervoor ertoe toen ze zij hij hen hun diens zulke
    it its they them their theirs there these he she him his her then
    ils elles lui leur leurs cela ça ceci celui celle ceux celles là
    ello ellos ellas él ella eso esto ese esos esas aquello allí ahí
    ihr ihre deren dort davon damit dafür diese dieser dieses jene
    """.split()
)
"""Words that refer to something mentioned before, in the five languages."""

_HINTS = frozenset(
    "er die dat deze dit haar zijn this that those il elle esa esta su sus les lo er sie es".split()
)
"""Words that may point back, and as often do not."""


def turn_features(text: str) -> tuple[float, ...]:
    """What distinguishes a new question, a follow-up and no question, besides the vector of the text.

    Whether there is a question mark; whether a conjunction opens it; the logarithm of its length in words;
    words that point back before a name or a long word, and words that may, two at most; whether it names
    something; its long words.
    """
    words = _WORD.findall(text)
    folded = [word.casefold() for word in words]
    named = [place for place, word in enumerate(words) if place and (word[0].isupper() or word[0].isdigit())]
    long = [place for place, word in enumerate(words) if len(word) >= LONG_WORD]
    first = min([*named, *long], default=len(words))
    return (
        float("?" in text or "¿" in text),
        float(bool(folded) and folded[0] in _OPENERS),
        log(1 + len(words)),
        min(sum(word in _POINTERS for word in folded[: first + 1]), 2),
        min(sum(word in _HINTS for word in folded[: first + 1]), 2),
        float(bool(named)),
        len(long),
    )


def kinds(text: str, vector: Vectors) -> dict[str, float]:
    """How likely a text is of each kind; `vector` is the encoder's, float32[d]."""
    features = np.concatenate([np.array(turn_features(text), np.float32), vector])
    scores = np.exp(_CONSTANTS + _WEIGHTS @ features)
    return dict(zip(KINDS, (scores / scores.sum()).tolist(), strict=True))
