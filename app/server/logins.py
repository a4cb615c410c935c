"""Logins: whose credentials a request has; guessing is slow for an address, and never bars a name."""

import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from math import ceil

from anyio import CancelScope, CapacityLimiter, create_task_group, to_thread

from rodedraad.server.passwords import Passwords
from rodedraad.server.refused_request import RefusedRequest, busy

MOST_WAITING = 16
"""How many credentials may wait to be checked; a check takes about a third of a second."""

MOST_OF_ADDRESS = 4
"""How many of these may come from one address."""

FREE_GUESSES = 5
"""How often an address may be wrong before it has to wait: then a second, and each time twice as long."""

LONGEST_DELAY = 30
"""Seconds that an address has to wait at most."""

REMEMBERED = 600
"""Seconds for which a wrong guess counts."""

MOST_ADDRESSES = 10_000


@dataclass(slots=True)
class _Guesses:
    wrong: int = 0
    last: float = 0.0  # when the last was wrong, by the monotonic clock

    def delay(self) -> float:
        """Seconds until the address may guess again."""
        if self.wrong < FREE_GUESSES:
            return 0
        wait = min(2.0 ** (self.wrong - FREE_GUESSES), LONGEST_DELAY)
        return max(self.last + wait - time.monotonic(), 0)


class Logins:
    """Checks credentials one at a time, for a bounded number of requests."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords
        self._turn = CapacityLimiter(1)  # guessing gets no faster by trying more at once
        self._waiting: Counter[str] = Counter()  # by address
        self._guesses: OrderedDict[str, _Guesses] = OrderedDict()  # by address, the last wrong one last

    async def user(self, authorization: str, host: str, gone: Callable[[], Awaitable[None]]) -> str | None:
        """The name behind an Authorization header; None if there is none, or if it is wrong.

        `host` is the address of the client; `gone` returns when it has hung up. Credentials that were right
        before are let in at once. Raises Refused with status 429 for an address that has guessed too often,
        or if too many wait.
        """
        user = self._passwords.user(authorization)
        if user or not authorization:
            return user
        address = _network(host)
        self._refuse_guesser(address)
        if self._waiting.total() >= MOST_WAITING or self._waiting[address] >= MOST_OF_ADDRESS:
            raise busy()
        self._waiting[address] += 1
        unchecked = False
        try:
            async with create_task_group() as group:
                group.start_soon(_cancel_when, gone, group.cancel_scope)
                async with self._turn:
                    user = self._passwords.user(authorization)
                    unchecked = not user and self._delay(address) > 0  # others have guessed meanwhile
                    if not (user or unchecked):
                        user = await self._check(authorization, address)
                group.cancel_scope.cancel()
        finally:
            self._waiting[address] -= 1
            self._waiting += Counter()  # drops those at 0
        if unchecked:
            self._refuse_guesser(address)
        return user

    async def _check(self, authorization: str, address: str) -> str | None:
        user = await to_thread.run_sync(self._passwords.check, authorization)
        if user:
            self._guesses.pop(address, None)
        else:
            self._count(address)
        return user

    def _refuse_guesser(self, address: str) -> None:
        if delay := self._delay(address):
            why = "Too many wrong passwords came from this address. Try again later."
            raise RefusedRequest(429, why, {"Retry-After": str(ceil(delay))})

    def _delay(self, address: str) -> float:
        """Seconds until an address may guess again."""
        guesses = self._guesses.get(address)
        return guesses.delay() if guesses else 0

    def _count(self, address: str) -> None:
        guesses = self._guesses.setdefault(address, _Guesses())
        guesses.wrong, guesses.last = guesses.wrong + 1, time.monotonic()
        self._guesses.move_to_end(address)
        while len(self._guesses) > MOST_ADDRESSES or self._oldest() < time.monotonic() - REMEMBERED:
            self._guesses.popitem(last=False)

    def _oldest(self) -> float:
        return next(iter(self._guesses.values())).last


async def _cancel_when(gone: Callable[[], Awaitable[None]], scope: CancelScope) -> None:
    await gone()
    scope.cancel()


def _network(host: str) -> str:
    """The address itself, or of IPv6 the network that one household has."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else host
