"""Documents tab: the library as a table, files dropped in, removal, and re-indexing as it goes."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.formats import SUFFIXES
from rodedraad.live.live_corpus import LiveCorpus, Row
from rodedraad.page.background_work import watched
from rodedraad.page.translated_labels import PHRASES, QUIET, Labels
from rodedraad.texts.phrases import NAMES, language_of, phrase
from rodedraad.texts.refusal import Refusal

MOST_SHOWN = 500  # rows

REMOVE = """
element.addEventListener('click', event => {
  const button = event.target.closest('button[data-id]');
  if (button && confirm(button.dataset.question)) trigger('click', {id: button.dataset.id});
});
"""


def documents_tab(
    tab: gr.Tab, library: LiveCorpus, labels: Labels, languages: gr.HTML, may_change: bool
) -> None:
    """Fill the tab; who may not change documents gets no way to, on the page or behind it."""

    def show(request: gr.Request) -> str:
        return library_html(library.rows(), language_of(request.headers), may_change)

    def add(files: list[str] | None, request: gr.Request) -> tuple[None, str]:
        language = language_of(request.headers)
        told = []
        for file in map(Path, files or ()):
            try:
                library.add(file, file.name)
            except Refusal as refusal:
                told.append(_refused(file.name, phrase(refusal.why, language).format(**refusal.given)))
            except RodeDraadError as error:
                told.append(_refused(file.name, str(error)))
            finally:
                file.unlink(missing_ok=True)
        return None, "".join(told)

    def remove(click: gr.EventData) -> None:
        try:
            library.remove(str(click._data["id"]))
        except RodeDraadError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def renew(before: str, request: gr.Request) -> Iterator[str]:
        """Re-index, telling how far it is; `before` is what the upload said, and stays."""
        language = language_of(request.headers)
        try:
            report = yield from watched(library.reindex, language)
            found = phrase("reindexed", language).format(
                added=len(report.added),
                changed=len(report.changed),
                removed=len(report.removed),
                failed=len(report.failed),
            )
        except RodeDraadError as error:
            found = str(error)
        yield f"{before}<p>{escape(found)}</p>"

    with gr.Column(elem_id="documents"):
        if may_change:
            with gr.Row(elem_id="change"):
                upload = gr.File(
                    file_count="multiple",
                    file_types=list(SUFFIXES),
                    label=PHRASES("upload"),
                    elem_id="upload",
                )
                labels.say(upload, label="upload")
                again = gr.Button(PHRASES("reindex"), size="sm", elem_id="reindex")
                labels.say(again, value="reindex")
        told = gr.HTML(elem_id="doing", js_on_load="element.setAttribute('role', 'status')")
        before = gr.State("")
        table = gr.HTML(elem_id="library", js_on_load=REMOVE)
    tab.select(show, None, table, **QUIET)
    languages.input(show, None, table, **QUIET)
    if may_change:
        one_at_a_time: dict[str, Any] = {
            "concurrency_limit": 1, "concurrency_id": "index", "show_progress": "hidden",
            "api_visibility": "private",
        }  # fmt: skip
        kept = upload.upload(add, upload, [upload, before], **QUIET)
        gone = table.click(remove, None, None, **QUIET).success(lambda: "", None, before, **QUIET)
        asked = again.click(lambda: "", None, before, **QUIET)
        for changed in (kept, gone, asked):
            changed.then(renew, before, told, **one_at_a_time).then(show, None, table, **QUIET)


def library_html(rows: Sequence[Row], language: str, may_change: bool) -> str:
    """The library as a table; a removal asks its question in the page's language."""

    def say(name: str) -> str:
        return escape(phrase(name, language))

    columns = ("title", "text_language", "passages", "indexed_on", "state")
    head = "".join(f'<th scope="col">{say(name)}</th>' for name in columns)
    head += f'<th scope="col"><span class="unseen">{say("remove")}</span></th>' if may_change else ""
    body = "".join(_row(row, language, may_change) for row in rows[:MOST_SHOWN])
    passages = sum(row.passages for row in rows)
    caption = phrase("library_count", language).format(documents=f"{len(rows):,}", passages=f"{passages:,}")
    more = phrase("library_more", language).format(count=MOST_SHOWN) if len(rows) > MOST_SHOWN else ""
    return (
        f"<table><caption>{escape(caption)} {escape(more)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _row(row: Row, language: str, may_change: bool) -> str:
    name = f"<small>{escape(row.id)}</small>" if row.title != row.id else ""
    on = f'<time datetime="{row.indexed:%Y-%m-%d}">{row.indexed:%Y-%m-%d}</time>' if row.indexed else ""
    state = escape(phrase(f"state_{row.state}", language))
    reason = f"<small>{escape(row.reason)}</small>" if row.reason else ""
    button = ""
    if may_change:
        question = phrase("remove_question", language).format(id=row.id)
        label = f"{phrase('remove', language)}: {row.id}"
        button = (
            f'<td><button type="button" data-id="{escape(row.id)}" data-question="{escape(question)}" '
            f'aria-label="{escape(label)}" title="{escape(phrase("remove", language))}">×</button></td>'
        )
    return (
        f'<tr class="{row.state}">'
        f'<th scope="row" lang="{row.language or language}">{escape(row.title)}{name}</th>'
        f"<td>{escape(NAMES.get(row.language, row.language))}</td>"
        f'<td class="number">{row.passages or ""}</td><td>{on}</td><td>{state}{reason}</td>{button}</tr>'
    )


def _refused(name: str, why: str) -> str:
    return f'<p class="refused">{escape(name)}: {escape(why)}</p>'
