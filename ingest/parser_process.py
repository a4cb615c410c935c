"""Parser process: parses one file after another, with the files inside it, within limits of memory and time.

`parser_pool` starts it as `python -m rodedraad.ingest.parser_process BYTES SECONDS`. A request on
standard input is a line of JSON, with the source, or the page to draw or the member to unpack, and the
length of the file, followed by the bytes of the file. The reply on standard output is a line of JSON.
"""

import base64
import gc
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rodedraad.ingest.corpus_folder import Described, Source
from rodedraad.ingest.deadline import set_deadline
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.read_documents import read_documents, read_member
from rodedraad.ingest.reasons import reason_of

NEW_OBJECTS = 100_000
"""Objects after which cycles are searched for; documents make many objects and few cycles."""

OUT_OF_MEMORY = 3
"""The exit code after memory ran out; the process must not be used again."""


def main() -> int:
    """Answer requests until standard input is closed."""
    gc.set_threshold(NEW_OBJECTS)
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["bytes"])
        _limit(memory + 2 * len(data), seconds)
        set_deadline(seconds)
        try:
            reply = _reply(request, data)
        except MemoryError:
            return OUT_OF_MEMORY
        replies.write(json.dumps(reply).encode() + b"\n")
        replies.flush()
    return 0


def _reply(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    try:
        if "page" in request:
            return _draw(data, **request["page"])
        if "member" in request:
            return _unpack(data, **request["member"])
        return _read(request["source"], data)
    except MemoryError:
        raise
    except Exception as error:
        return {"error": asdict(reason_of(error))}


def _read(source: dict[str, Any], data: bytes) -> dict[str, Any]:
    described = {
        id: Described(language, Citation(**citation))
        for id, (language, citation) in source["described"].items()
    }
    path, citation = Path(source["path"]), Citation(**source["citation"])
    found = Source(**{**source, "path": path, "citation": citation, "described": described})
    return {"documents": [asdict(document) for document in read_documents(found, data)]}


def _draw(data: bytes, suffix: str, member: list[str], number: int, before: str, text: str) -> dict[str, Any]:
    from rodedraad.ingest.readers.pdf_page import draw_page

    picture = draw_page(read_member(suffix, data, member)[0], number, before, text)
    return {**asdict(picture), "png": base64.b64encode(picture.png).decode()}


def _unpack(data: bytes, suffix: str, names: list[str]) -> dict[str, Any]:
    unpacked, depth = read_member(suffix, data, names)
    return {"bytes": base64.b64encode(unpacked).decode(), "depth": depth}


try:
    import resource
except ImportError:  # Windows has no such limits; the parent process still keeps the time limit

    def _limit(memory: int, seconds: int) -> None:
        """Do nothing."""

else:

    def _limit(memory: int, seconds: int) -> None:
        """Limit the memory of this process; and its CPU time, in case its parent was killed."""
        if sys.platform != "darwin":  # macOS refuses any bound on memory below what its libraries map
            resource.setrlimit(resource.RLIMIT_AS, (memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
        until = int(time.process_time()) + seconds + 2
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    sys.exit(main())
