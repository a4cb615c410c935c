"""Text: plain text, and logs."""

import re

from rodedraad.ingest.lines import Content, block, check_length
from rodedraad.ingest.readers.decoding import decode
from rodedraad.ingest.reflow import text_lines

_TERMINAL_CODE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def read_text(data: bytes) -> Content:
    """Plain text; form feeds separate its pages."""
    text = decode(data)
    check_length(len(text))
    pages = text.split("\f")
    return Content(text_lines(pages), paged=len(pages) > 1)


def read_log(data: bytes) -> Content:
    """A log: each line as it is, without the codes that colour it in a terminal."""
    text = _TERMINAL_CODE.sub("", decode(data))
    check_length(len(text))
    return Content(list(block(text, tight=True)))
