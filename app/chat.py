"""Chat: the Gradio page, with the talk on the left and the source on the right."""

import errno
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

import gradio as gr

from app.answer import Answer
from app.conversation import ask
from app.page import conversation_html, source_html
from index.search import Searcher
from ingest.errors import RodeDraadError

HOST = "127.0.0.1"
AT_ONCE = 4
"""How many questions are answered side by side."""

FONTS = ("Iowan Old Style", "Palatino Linotype", "Palatino", "Georgia", "serif")
STYLE = Path(__file__).parent / "chat.css"
CLICK_CITATION = """
element.addEventListener('click', event => {
  const link = event.target.closest('a.citation');
  if (!link) return;
  event.preventDefault();
  trigger('click', {turn: Number(link.dataset.turn), citation: Number(link.dataset.citation)});
});
"""
SHOW_ANSWER = """
() => requestAnimationFrame(() => {
  document.querySelector('.turn:last-child')?.scrollIntoView({block: 'nearest'});
  const mark = document.querySelector('mark.chosen'), pane = mark?.closest('.source');
  if (pane) pane.scrollTop = mark.offsetTop - pane.clientHeight / 3;
})
"""
SHOW_MARK = """
() => requestAnimationFrame(() =>
  document.querySelector('mark.chosen')?.scrollIntoView({block: 'center'}))
"""

Outcome = tuple[str, str, str, list[Answer]]
"""The question box, the talk, the source pane and the answers of a session."""


class OpenIndex:
    """The index that the page asks; follows a re-index from one question to the next."""

    def __init__(self, home: Path) -> None:
        """Open the index; raises IndexProblem as `Searcher` does."""
        self._home = home
        self._lock = Lock()
        self._searcher = Searcher(home)

    def searcher(self) -> Searcher:
        """The searcher of the generation published last."""
        with self._lock:
            if not self._searcher.is_current(self._home):
                self._searcher = Searcher(self._home)
            return self._searcher


def build(index: OpenIndex, examples: Sequence[str]) -> gr.Blocks:
    """The page over an index, with example questions to click."""

    def respond(question: str, answers: list[Answer]) -> Outcome:
        try:
            answers = [*answers, ask(index.searcher(), question, answers)]
        except RodeDraadError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return "", conversation_html(answers), source_html(answers[-1]), answers

    def show(answers: list[Answer], click: gr.EventData) -> str:
        turn, citation = click._data["turn"], click._data["citation"]
        return source_html(answers[turn] if turn < len(answers) else None, citation)

    def forget() -> Outcome:
        return "", conversation_html([]), source_html(None), []

    page = gr.Blocks(title="Rode Draad", analytics_enabled=False)
    with page:
        answers = gr.State([])
        with gr.Row(elem_id="head"):
            gr.HTML("<h1>Rode Draad</h1>")
            new = gr.Button("New conversation", size="sm", min_width=120, elem_id="new")
        with gr.Row(elem_id="panes"):
            with gr.Column(elem_id="left"):
                talk = gr.HTML(conversation_html([]), elem_id="conversation", js_on_load=CLICK_CITATION)
                with gr.Row(elem_id="ask"):
                    question = gr.Textbox(
                        placeholder="Vraag, ask, demandez, pregunte …",
                        show_label=False,
                        label="Question",
                        lines=1,
                        max_lines=4,
                        autofocus=True,
                        container=False,
                        scale=8,
                        elem_id="question",
                    )
                    send = gr.Button("Ask", variant="primary", scale=1, min_width=70)
                with gr.Row(elem_id="examples"):
                    buttons = [gr.Button(example, size="sm") for example in examples]
            with gr.Column(elem_id="right"):
                source = gr.HTML(source_html(None), elem_id="source", js_on_load=None)

        outputs = [question, talk, source, answers]
        asked: list[tuple[Any, gr.Textbox | gr.Button]] = [
            (question.submit, question),
            (send.click, question),
        ]
        asked += [(button.click, button) for button in buttons]
        for event, text in asked:
            event(
                respond,
                [text, answers],
                outputs,
                concurrency_limit=AT_ONCE,
                concurrency_id="ask",
                show_progress="hidden",
                api_visibility="private",
            ).then(None, js=SHOW_ANSWER)
        talk.click(show, answers, source, show_progress="hidden", api_visibility="private").then(
            None, js=SHOW_MARK
        )
        new.click(forget, None, outputs, show_progress="hidden", api_visibility="private")
    return page


def take_port(port: int) -> None:
    """Raise RodeDraadError unless the port is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            reason = "is in use" if error.errno == errno.EADDRINUSE else "cannot be opened"
            raise RodeDraadError(
                f"Port {port} {reason}. Choose another: rodedraad chat --port {port + 1}, or "
                f"make chat PORT={port + 1}"
            ) from error


def serve(home: Path, port: int, examples: Sequence[str]) -> None:
    """Serve the page on 127.0.0.1 until interrupted."""
    page = build(OpenIndex(home), examples)
    page.queue(max_size=64).launch(
        server_name=HOST,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
        footer_links=[],
        theme=gr.themes.Base(
            primary_hue="red", neutral_hue="stone", font=list(FONTS), font_mono=["monospace"]
        ),
        css_paths=STYLE,
    )
    print(f"Rode Draad is open at http://{HOST}:{port} (Ctrl-C stops it)", flush=True)
    page.block_thread()
