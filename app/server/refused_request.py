"""Refused request: one that is not let through, and when the server is too busy for one."""

from collections.abc import Mapping

from anyio import CapacityLimiter

from rodedraad.texts.phrases import phrase

RETRY_AFTER = 5
"""Seconds after which a request that found the server busy may be sent again."""


class RefusedRequest(Exception):
    """A request that is not let through: the status, and why."""

    def __init__(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.status, self.why, self.headers = status, why, dict(headers or {})


def is_full(turn: CapacityLimiter, waiting: int) -> bool:
    """Whether a call would have to wait for its turn, and `waiting` calls or more already do."""
    return turn.available_tokens <= 0 and turn.statistics().tasks_waiting >= waiting


def busy(seconds: int = RETRY_AFTER, language: str = "en") -> RefusedRequest:
    """The refusal of a request that may be sent again after some seconds."""
    return RefusedRequest(429, phrase("busy", language), {"Retry-After": str(seconds)})
