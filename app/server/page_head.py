"""Page head: what the served page says about itself, and what identifies its scripts and its reader."""

import hashlib
import re

from rodedraad.texts.html_templates import render

_SHARED = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')
"""What Gradio says about itself to sites where the address is shared."""


def reader_key(home: str, user: str | None) -> str:
    """The name under which a browser keeps a user's conversations about an index; it reveals neither."""
    return hashlib.sha256(f"{home}\n{user or ''}".encode()).hexdigest()[:16]


def completed(page: bytes, nonce: str, reader: str, language: str, may_change: bool) -> bytes:
    """The page with a nonce on its scripts, the key of its reader, and words of ours for who shares it.

    Its root has the class `reads` where the reader may not change documents.
    """
    ours = render("page/head.html", reader=reader, language=language)
    head, script, rest = page.partition(b"<script")
    head = _SHARED.sub(b"", head).replace(b"<head>", b"<head>" + ours.encode(), 1)
    if not may_change:
        head = head.replace(b"<html", b'<html class="reads"', 1)
    return re.sub(rb"<script\b", f'<script nonce="{nonce}"'.encode(), head + script + rest)
