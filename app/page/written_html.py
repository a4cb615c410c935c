"""Written HTML: what a language model wrote beneath an answer; every character of it escaped."""

from rodedraad.page.kept_turns import Turn, Written, WrittenClaim
from rodedraad.texts.html_templates import render
from rodedraad.texts.refusal import Refusal
from rodedraad.writing.writer import Writer
from rodedraad.writing.written_sentence import WrittenSentence


def written_of(sentence: WrittenSentence) -> Written:
    """What is kept of a sentence, done or not."""
    failure = sentence.failure or Refusal("")
    return Written(
        model=sentence.model,
        language=sentence.language,
        claims=tuple(WrittenClaim(one.text, one.citations, one.translated) for one in sentence.claims),
        why=failure.why or sentence.note,
        given=tuple((name, str(value)) for name, value in failure.given.items()),
        done=sentence.done,
    )


def written_html(turn: Turn, at: int, language: str) -> str:
    """What is shown of it under the answer with number `at`, in a page of a language."""
    return render("page/written.html", turn=turn, at=at, language=language)


def switch_html(writer: Writer, language: str) -> str:
    """The switch, with the model, where it is, and what somebody agrees to."""
    return render("page/writer.html", writer=writer, language=language)


def translated_html(text: str, writer: Writer, language: str, failure: Refusal | None = None) -> str:
    """A translation of a quote, or why there is none."""
    return render("page/translation.html", text=text, writer=writer, language=language, failure=failure)
