"""Clicks: what an event of our own HTML carries; whoever forges one may send anything."""

from typing import Any

import gradio as gr


def number(click: gr.EventData, name: str) -> int:
    """A number that an event carries, from 0; -1 where it is none."""
    value = _value(click, name)
    return value if isinstance(value, int) and value >= 0 else -1


def text(click: gr.EventData, name: str) -> str:
    """A text that an event carries; empty where it is none."""
    value = _value(click, name)
    return value if isinstance(value, str) else ""


def _value(click: gr.EventData, name: str) -> Any:
    return click._data.get(name) if isinstance(click._data, dict) else None
