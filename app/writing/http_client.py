"""HTTP client: asks a language model over an API like OpenAI's, in a process of its own.

Nothing but the one address is asked: no redirect is followed, and no proxy or password of the environment is
used. httpx does it, which comes with Gradio; the official client adds packages, redirects and new attempts.
"""

import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from threading import Timer
from typing import Any

from rodedraad.texts.refusal import Refusal
from rodedraad.writing.writer import KEY, Writer

LONGEST_REPLY = 8_000
"""Characters of a reply; a model that writes more is in a loop."""

LARGEST_REPLY = 2_000_000  # bytes, with what is around the text
_UNKNOWN_FIELD = (400, 404, 415, 422, 501)  # what servers answer to a response_format that they do not know
_WHY = {401: "writer_key", 403: "writer_key", 429: "writer_busy"}


def pieces(writer: Writer, messages: list[dict[str, str]], schema: dict[str, Any]) -> Iterator[str]:
    """The reply of the model to messages, piece by piece, as the schema says where the server knows it.

    Raises Refusal, at the latest `writer.timeout` seconds after the first piece was asked for.
    """
    request = json.dumps(
        {"url": writer.url, "timeout": writer.timeout, "model": writer.model}
        | {"messages": messages, "schema": schema}
    )
    command = [sys.executable, "-P", "-m", "rodedraad.writing.http_client"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    assert process.stdout is not None
    began, end = time.monotonic(), Timer(writer.timeout, process.kill)
    end.start()
    try:
        with process.stdin as asked:
            asked.write(request.encode())
        for line in process.stdout:
            told = json.loads(line)
            if "why" in told:
                raise Refusal(told["why"], **told["given"])
            if "end" in told:
                return
            yield told["text"]
        slow = time.monotonic() - began >= writer.timeout
        raise Refusal("writer_slow", seconds=writer.timeout) if slow else Refusal("writer_broken")
    except OSError as error:
        raise Refusal("writer_broken") from error
    finally:
        end.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def main() -> None:
    """Send the request on standard input, and write each piece of the reply as a line of JSON."""
    if sys.platform != "win32":
        os.nice(10)  # whoever asks the next question comes first
    import httpx

    asked = json.load(sys.stdin)
    host = httpx.URL(asked["url"]).netloc.decode()

    def tell(**told: Any) -> None:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()

    try:
        for text in _reply(asked):
            tell(text=text)
        tell(end=True)
    except Refusal as refusal:
        tell(why=refusal.why, given=refusal.given)
    except httpx.TimeoutException:
        tell(why="writer_slow", given={"seconds": asked["timeout"]})
    except httpx.ConnectError:
        tell(why="writer_away", given={"host": host})
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
        tell(why="writer_broken", given={})
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        tell(why="writer_garbled", given={})


def _reply(asked: dict[str, Any]) -> Iterator[str]:
    """The reply; asked for again without a schema if the server refuses that."""
    import httpx

    body = {"model": asked["model"], "messages": asked["messages"], "stream": True}
    form = {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": True, "schema": asked["schema"]},
    }
    headers = {"Accept-Encoding": "identity", "User-Agent": "RodeDraad"}
    if key := os.environ.get(KEY):
        headers["Authorization"] = f"Bearer {key}"
    with httpx.Client(
        trust_env=False,
        follow_redirects=False,
        timeout=asked["timeout"],
        headers=headers,
        verify=ssl.create_default_context(),
    ) as client:
        for more in ({"temperature": 0, "response_format": form}, {}):
            with client.stream("POST", f"{asked['url']}/chat/completions", json=body | more) as response:
                if more and response.status_code in _UNKNOWN_FIELD:
                    continue
                if response.status_code != 200:
                    why = _WHY.get(response.status_code, "writer_status")
                    raise Refusal(why, status=response.status_code)
                yield from _texts(response)
                return


def _texts(response: Any) -> Iterator[str]:
    """The text in a response: in events, or whole from a server that does not stream."""
    size = 0
    ended = False
    for line in _lines(response.iter_raw()):
        if line.startswith(b"{"):
            told = json.loads(line)
            part = told["choices"][0].get("message")
        elif line.startswith(b"data:"):
            data = line.removeprefix(b"data:").strip()
            if data == b"[DONE]":
                return
            told = json.loads(data)
            if not told.get("choices"):
                if "error" in told:
                    raise Refusal("writer_broken")
                continue  # figures of use, which some servers send at the end
            part = told["choices"][0].get("delta")
        elif not line or line[:1] in b":eir":  # the other fields of an event, and comments
            continue
        else:
            raise ValueError("neither an event nor JSON")
        text = (part or {}).get("content") or ""
        if not isinstance(text, str):
            raise TypeError("no text")
        size += len(text)
        if size > LONGEST_REPLY:
            raise Refusal("writer_endless")
        if text:
            yield text
        ended = ended or bool(told["choices"][0].get("finish_reason"))
        if told["choices"][0].get("finish_reason") == "length":
            raise Refusal("writer_endless")
    if not ended:
        raise Refusal("writer_broken")


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The lines of a body, stripped; a body of JSON over several lines as one."""
    held, size = b"", 0
    for chunk in chunks:
        size += len(chunk)
        if size > LARGEST_REPLY:
            raise Refusal("writer_endless")
        held += chunk
        if held.lstrip()[:1] == b"{":
            continue
        *lines, held = held.split(b"\n")
        yield from (line.strip() for line in lines)
    yield held.strip()


if __name__ == "__main__":
    main()
