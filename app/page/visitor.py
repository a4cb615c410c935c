"""Visitor: who sent a request, and what they may do, as the guard notes in its headers."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import quote, unquote

USER_HEADER, RIGHT_HEADER = "x-user", "x-right"
_CHANGE = "change"

Handler = TypeVar("Handler", bound=Callable[..., object])


def noted(user: str | None, may_change: bool) -> dict[str, str]:
    """The headers that describe a visitor to the page."""
    return {USER_HEADER: quote(user or ""), RIGHT_HEADER: _CHANGE if may_change else ""}


def user_of(headers: Mapping[str, str]) -> str:
    """The name of the logged-in user; empty where no login is required."""
    return unquote(headers.get(USER_HEADER, ""))


def may_change(headers: Mapping[str, str]) -> bool:
    """Whether the visitor may change documents and gold questions."""
    return headers.get(RIGHT_HEADER) == _CHANGE


def changing(handler: Handler) -> Handler:
    """Mark the handler of an event that only a visitor may cause who may change documents."""
    # An attribute, for Gradio wraps a handler in functions that have its attributes.
    handler.changing = True  # type: ignore[attr-defined]
    return handler


def is_changing(handler: object) -> bool:
    """Whether a handler is so marked."""
    return bool(getattr(handler, "changing", False))
