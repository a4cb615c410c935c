"""A chat server and a fake public host, in a network of their own: python -m tests.server.foreign_host HOME

Tries every way to make the server fetch something, and prints as JSON the status of each, what the host was
asked, and which connections the server tried to open.
"""

import json
import os
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from tests.servers import chat_server

HOST = "8.8.8.8"  # Gradio fetches from public addresses only
RECORD = """
import os, sys
def record(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        told = repr(arguments[1:] if event.startswith("socket.c") else arguments)
        if "rodedraad" in sys.argv[0]:
            os.write(TOLD, f"{event} {told}\\n".encode())
TOLD = os.open(os.environ["RECORD_TO"], os.O_WRONLY | os.O_APPEND)
sys.addaudithook(record)
"""
SESSION = "0123456789"

asked: list[str] = []


class Foreign(BaseHTTPRequestHandler):
    """Answers with a script whatever it is asked, and remembers it."""

    def do_GET(self) -> None:
        asked.append(self.path)
        body = b"<script>document.title = 'foreign'</script>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Stay silent."""


def attacks(address: str) -> dict[str, int]:
    """The status of each request."""
    foreign = f"http://{HOST}/x.png"
    file = {"path": foreign, "url": foreign, "meta": {"_type": "gradio.FileData"}}
    tool = {"name": "ask", "arguments": {"question": "koffie"}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": tool}
    accept = {"Accept": "application/json, text/event-stream"}
    found = {}
    with httpx.Client(base_url=address) as client:
        numbers = range(len(client.get("/config").json()["dependencies"]))
        for path in (f"file={foreign}", f"file/{foreign}", f"proxy={foreign}", "vibe-starter-queries"):
            found[path] = client.get(f"/gradio_api/{path}").status_code
        for name in ("Host", "X-Forwarded-Host"):
            told = client.post("/gradio_api/mcp/", json=call, headers={name: HOST, **accept})
            found[f"mcp {name}"] = told.status_code
        for path in ("queue/join", "run/predict", "run/ask", "call/ask"):
            for data in (
                [file],
                [file, None],
                [[file], None],
                [{"value": file}, None],
                [file, 1],
                [[file], ""],
            ):
                for number in numbers:
                    body: dict[str, Any] = {"data": data, "fn_index": number, "session_hash": SESSION}
                    body |= {"event_data": file}
                    status = client.post(f"/gradio_api/{path}", json=body).status_code
                    found[path] = min(found.get(path, 999), status)
    return found


def main() -> None:
    """Print what happened."""
    home = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record"
        record.touch()
        (Path(folder) / "sitecustomize.py").write_text(RECORD)
        paths = filter(None, (folder, os.environ.get("PYTHONPATH")))
        os.environ |= {"PYTHONPATH": os.pathsep.join(paths), "RECORD_TO": str(record)}
        if len(sys.argv) == 2:
            Thread(target=ThreadingHTTPServer((HOST, 80), Foreign).serve_forever, daemon=True).start()
        with chat_server(Path("corpus"), home) as address:
            before = len(record.read_text().splitlines())
            statuses = attacks(address)
        tried = record.read_text().splitlines()[before:]
    print(json.dumps({"statuses": statuses, "asked": asked, "tried": tried}))


if __name__ == "__main__":
    main()
