"""The protocol: what a writer is asked over HTTP, and each way in which it fails, within bounded time."""

import json
import socket
import time
from typing import Any

import pytest

from rodedraad.texts.refusal import Refusal
from rodedraad.writing.http_client import pieces
from rodedraad.writing.request import CLAIMS, claims_in, sentence_request, translation_in
from rodedraad.writing.writer import Writer
from tests.writing.models import Model, Play, Request, playing, saying

pytestmark = pytest.mark.slow

MESSAGES = sentence_request("Wie?", [], ["Ana wast."], "nl")


def told(play: Play, timeout: int = 20) -> tuple[str, Model]:
    with playing(play) as model:
        return "".join(pieces(Writer(model.url, "small", timeout), MESSAGES, CLAIMS)), model


def failure(play: Play, timeout: int = 20) -> tuple[str, dict[str, object]]:
    with pytest.raises(Refusal) as refused:
        told(play, timeout)
    return refused.value.why, refused.value.given


def test_one_address_is_asked_with_the_schema_and_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RODEDRAAD_WRITER_KEY", "secret")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    reply, model = told(saying("Ana wast."))
    assert claims_in(reply, whole=True) == ["Ana wast."]
    assert model.paths == ["/v1/chat/completions"]
    assert model.headers[0]["Authorization"] == "Bearer secret"
    [asked] = model.asked
    assert asked["model"] == "small"
    assert asked["stream"] is True
    assert asked["response_format"]["json_schema"]["schema"] == CLAIMS
    assert json.loads(asked["messages"][1]["content"]) == {
        "language": "Dutch",
        "earlier questions": [],
        "question": "Wie?",
        "quotes": [{"number": 1, "text": "Ana wast."}],
    }


def test_a_server_without_schemas_is_asked_again_without_one() -> None:
    def play(request: Request) -> None:
        if "response_format" in request.body:
            request.start(400, "application/json")
        else:
            saying("Ana wast.")(request)

    reply, model = told(play)
    assert claims_in(reply, whole=True) == ["Ana wast."]
    assert len(model.asked) == 2


def test_a_server_that_does_not_stream_is_read() -> None:
    def play(request: Request) -> None:
        request.start(200, "application/json")
        message = {"role": "assistant", "content": '{"claims": [{"text": "Ana wast.", "quotes": [1]}]}'}
        request.write(json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}, indent=1))

    assert claims_in(told(play)[0], whole=True) == ["Ana wast."]


def _status(status: int, **headers: str) -> Play:
    return lambda request: request.start(status, "application/json", **headers)


def _text(body: str) -> Play:
    def play(request: Request) -> None:
        request.start()
        request.write(body)

    return play


def _half(request: Request) -> None:
    request.start()
    request.piece('{"claims": [{"text": "Ana w')


def _half_event(request: Request) -> None:
    request.start()
    request.write('data: {"choices": [{"delta"')


def _loop(request: Request) -> None:
    request.start()
    while True:
        request.piece("en toen " * 100)


def _huge(request: Request) -> None:
    request.start()
    while True:
        request.write(b": " + b"x" * 100_000)


def _spaces(request: Request) -> None:
    request.start()
    while True:
        request.write(b"\n" * 100_000)


def _hangs_up(request: Request) -> None:
    request.start()
    request.piece("{")
    request.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("play", "why", "given"),
    [
        (_status(401), "writer_key", {"status": 401}),
        (_status(403), "writer_key", {"status": 403}),
        (_status(429), "writer_busy", {"status": 429}),
        (_status(500), "writer_status", {"status": 500}),
        (_status(302, Location="http://127.0.0.1:9/"), "writer_status", {"status": 302}),
        (_text("<html>Welcome</html>"), "writer_garbled", {}),
        (_text("data: {]\n\n"), "writer_garbled", {}),
        (_text("data: " + "[" * 100_000 + "\n\n"), "writer_garbled", {}),
        (_text('data: {"choices": [{"delta": {"content": 7}}]}\n\n'), "writer_garbled", {}),
        (_text('data: {"error": {"message": "out of memory"}}\n\n'), "writer_broken", {}),
        (_text(""), "writer_broken", {}),
        (_half, "writer_broken", {}),
        (_half_event, "writer_garbled", {}),
        (_hangs_up, "writer_broken", {}),
        (_loop, "writer_endless", {}),
        (_huge, "writer_endless", {}),
        (_spaces, "writer_endless", {}),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_each_failure_has_its_reason(play: Play, why: str, given: dict[str, object]) -> None:
    assert failure(play) == (why, given)


def _silent(request: Request) -> None:
    time.sleep(30)


def _drips(request: Request) -> None:
    request.start()
    for _ in range(300):
        request.write(": still here\n\n")
        time.sleep(0.1)


@pytest.mark.parametrize("play", [_silent, _drips])
def test_a_slow_server_has_its_time_and_no_more(play: Play) -> None:
    began = time.monotonic()
    with playing(play) as model, pytest.raises(Refusal) as refused:
        list(pieces(Writer(model.url, "small", 2), MESSAGES, CLAIMS))
    assert (refused.value.why, refused.value.given) == ("writer_slow", {"seconds": 2})
    assert time.monotonic() - began < 10


def test_a_server_that_is_away_is_told_by_its_host() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Refusal) as refused:
        list(pieces(Writer(f"http://{host}/v1", "small", 20), MESSAGES, CLAIMS))
    assert (refused.value.why, refused.value.given) == ("writer_away", {"host": host})


@pytest.mark.parametrize(
    "reply",
    [
        '{"claims": [{"text": "Ana wast.", "quotes": [1]}]}',
        '```json\n{"claims": [{"text": "Ana wast.", "quotes": [1]}]}\n```',
        'Here it is:\n```\n{"claims": [{"text": "Ana wast."}]}\n```\nAnything else?',
        '<think>{"claims": [{"text": "No."}]}</think>\n{"claims": ["Ana wast."]}',
        '[{"text": "Ana wast. [1]"}]',
        '"{\\"claims\\": [{\\"text\\": \\"Ana wast. [1, 2]\\"}]}"',
        '{"claims": [{"text": "Ana wast.【1†source】", "quotes": "1"}, {"text": 7}, null, {}]}',
    ],
)
def test_claims_are_read_in_whatever_form_they_come(reply: str) -> None:
    assert claims_in(reply, whole=True) == ["Ana wast."]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Ana wast.",
        "{}",
        '{"claims": "Ana"}',
        '{"claims": [',
        "[" * 9000,
        '"{',
        '{"claims": ["a \ud800 b"]}',
    ],
)
def test_what_holds_no_claims_is_none(reply: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        claims_in(reply, whole=True)


def test_of_a_part_only_whole_claims_are_read() -> None:
    reply = '{"claims": [{"text": "Ana wast.", "quotes": [1]}, {"text": "Luis kookt.", "quotes": [1]}]}'
    read = [len(claims_in(reply[:end], whole=False)) for end in range(1, len(reply))]
    assert read == sorted(read)
    assert set(read) == {0, 1}


def test_claims_that_steer_or_never_end_are_left_out() -> None:
    claims: list[Any] = ["\x1b[2J", "a\u202eb", "x" * 500, "Ana wast."]
    assert claims_in(json.dumps({"claims": claims}), whole=True) == ["Ana wast."]
    assert len(claims_in(json.dumps({"claims": ["Ana wast."] * 100}), whole=True)) == 8


def test_a_translation_is_read() -> None:
    assert translation_in('```json\n{"translation": "Ana\\nwashes."}\n```') == "Ana washes."
    for reply in ("Ana washes.", '{"translation": ""}', '{"translation": "\\u202e"}'):
        with pytest.raises(ValueError, match=r".*"):
            translation_in(reply)
