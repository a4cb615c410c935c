"""Conversation: a question that leans on the talk before it becomes one that stands alone."""

import re
from collections.abc import Sequence

from app.answer import Answer, answer
from index.search import Searcher

_WORD = re.compile(r"[\w’']+")
_OPENERS = frozenset("en maar dus and but so et mais alors donc y e pero und aber".split())
"""Words that tie a question to the one before it when they open it."""

_POINTERS = frozenset(
    """
    daar daarvan daarmee daaruit daardoor daarachter daarvoor daarbij daarom daaraan daarop
    hierin ermee ervan eruit erin eraan ervoor ertoe er toen ze zij hij hen hun haar zijn die
    dat deze dit diens zulke
    it its they them their theirs there that this those these he she him his her then
    il elle ils elles lui leur leurs cela ça ceci celui celle ceux celles là
    ello ellos ellas él ella eso esto ese esa esos esas aquello allí ahí su sus les lo
    er ihr ihre deren dort davon damit dafür diese dieser dieses jene
    """.split()
)
"""Words that may point back to something said before, in the five languages."""

SHORT = 3
"""A question of at most this many words cannot stand alone."""

CONTEXT = 2
"""How many questions before it complete a follow-up."""

NEAR = 2
"""A follow-up prefers what stands near this many of the best passages of the turn before."""


def is_follow_up(question: str) -> bool:
    """Whether a question, asked inside a conversation, leans on what was said before.

    It does when it opens with a conjunction, is very short, or points back and names nothing.
    Measured on the development conversations and questions: it finds all of 29 follow-ups, and
    takes 18 % of 175 questions that stand alone for one.
    """
    words = _WORD.findall(question)
    if len(words) <= SHORT or words[0].casefold() in _OPENERS:
        return True
    names = any(word[0].isupper() or word[0].isdigit() for word in words[1:])
    return not names and any(word.casefold() in _POINTERS for word in words)


def ask(
    searcher: Searcher, question: str, before: Sequence[Answer] = (), passages: int = 10
) -> Answer:
    """Answer a question in the light of the answers before it.

    A follow-up is completed by the questions before it, and looks first near what they cited.
    `passages` and the errors raised are those of `answer`.
    """
    if not before or not is_follow_up(question):
        return answer(searcher, question, passages=passages)
    earlier = [turn.question for turn in before[-CONTEXT:]]
    near = [hit.passage for hit in before[-1].hits[:NEAR]]
    return answer(searcher, question, " ".join([*earlier, question]), near, passages)
