"""Conversation: a question that leans on the talk before it becomes one that stands alone."""

import re
from collections.abc import Sequence
from math import log

from rodedraad.answering.answer import Answer, answer
from rodedraad.index.search import Searcher

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
"""Words that point back to something said before, in the five languages."""

_HINTS = frozenset(
    "er die dat deze dit haar zijn this that those il elle esa esta su sus les lo er sie es".split()
)
"""Words that may point back, and as often do not."""

LONG_WORD = 7  # letters: such a word mostly says what a question is about

FOLLOW_UP = (7.91, 5.27, -4.26, 3.72, 2.77, -5.41, -1.17)
"""The logistic regression of `follow_up_features`, a constant first, then a weight for each.

Fitted by `python -m index.training.fit_conversation`. By ten-fold cross-validation it finds .97 of 29
follow-ups, and takes for one .10 of 175 other questions over the corpus, .02 of 948 elsewhere.
"""


def follow_up_features(question: str) -> tuple[float, ...]:
    """What tells a follow-up from a question that stands alone, for a question with a word in it.

    Whether a conjunction opens it; the logarithm of its length in words; words that point back,
    and that may, two at most; whether it names something; its long words.
    """
    words = _WORD.findall(question)
    folded = [word.casefold() for word in words]
    return (
        float(folded[0] in _OPENERS),
        log(len(words)),
        min(sum(word in _POINTERS for word in folded), 2),
        min(sum(word in _HINTS for word in folded), 2),
        float(any(word[0].isupper() or word[0].isdigit() for word in words[1:])),
        sum(len(word) >= LONG_WORD for word in words),
    )


def is_follow_up(question: str) -> bool:
    """Whether a question, asked inside a conversation, leans on what was said before."""
    if not _WORD.search(question):
        return False
    constant, *weights = FOLLOW_UP
    features = follow_up_features(question)
    return constant + sum(w * f for w, f in zip(weights, features, strict=True)) > 0


def ask(searcher: Searcher, question: str, before: Sequence[Answer] = (), passages: int = 10) -> Answer:
    """Answer a question in the light of the answers before it.

    A follow-up is completed by the question before it, and looks first near the passage that was
    found best for that. `passages` and the errors raised are those of `answer`.
    """
    if not before or not is_follow_up(question):
        return answer(searcher, question, passages=passages)
    last = before[-1]
    near = [hit.passage for hit in last.hits[:1]]
    return answer(searcher, question, last.question, near, passages)
