"""Answer HTML: questions and their answers."""

from rodedraad.answering.answer import Answer
from rodedraad.page.document_glosses import gloss_query, has_glosses
from rodedraad.page.kept_turns import Talk, as_json
from rodedraad.texts.html_templates import as_html, render
from rodedraad.texts.phrases import phrase

LIKELY = 0.6
"""The confidence from which an answer is called likely.

Measured by `rodedraad eval --save`: from there on a quote answers .80 of the gold questions that are
answered, and below it .67.
"""


def conversation_html(talk: Talk, language: str = "en") -> str:
    """A conversation: each question, and its quotes as links to the source pane.

    `language` is the page's, in which all words but those of questions and documents are.
    """
    return render(
        "page/conversation.html",
        talk=talk,
        as_json=as_json,
        sure=_sure,
        has_glosses=has_glosses,
        gloss_query=gloss_query,
        language=language,
    )


def summary(answer: Answer, language: str = "en") -> str:
    """An answer for a screen reader, as HTML: how sure it is, and its quotes.

    `language` is the page's.
    """
    if answer.kind == "not a question":
        return as_html(f"{phrase('no_question', language)} {', '.join(answer.documents)}")
    if answer.abstained:
        return as_html(phrase("no_answer", language))
    quotes = " ".join(f"[{quote.citation}] {quote.text}" for quote in answer.quotes)
    return as_html(f"{phrase(_sure(answer.confidence), language)} {quotes}")


def _sure(confidence: float) -> str:
    """The name of the phrase for how sure an answer is."""
    return "likely" if confidence >= LIKELY else "unsure"
