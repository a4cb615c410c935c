"""Loading sign: Gradio's own, without the timer that goes on for ever.

While its page loads, Gradio shows a sign without a clock. It counts the time at every frame all the same, and
goes on once it is gone: a page at rest would take a tenth of a core.
"""

import re
from collections.abc import Callable
from pathlib import Path

import gradio
from fastapi import APIRouter, Response

SCRIPTS = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
_CLOCK = re.compile(r"(\w+)=\w+\(\w+,`timer`,3,!0\)")  # whether a sign shows the time
_COUNTING = re.compile(r"(performance\.now\(\),!0\),\w+=!0,)(\w+\(\))")  # where it begins to count


def loading_sign() -> APIRouter:
    """The route of the sign's script, which counts only where the time is shown.

    There is none for a Gradio with another script, which then comes as it is.
    """
    router = APIRouter()
    for file in SCRIPTS.glob("statustracker-*.js"):
        text = file.read_text("utf-8")
        if clock := _CLOCK.search(text):
            script = _COUNTING.sub(rf"\1{clock[1]}()&&\2", text)
            router.add_api_route(f"/assets/{file.name}", _served(script))
    return router


def _served(script: str) -> Callable[[], Response]:
    return lambda: Response(script, media_type="text/javascript", headers={"Cache-Control": "no-cache"})
