"""Served paths: what the page needs and nothing else; nothing is fetched from anywhere, whatever is asked."""

import json
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import httpx
import pytest

NAMESPACE = ["unshare", "--user", "--map-root-user", "--net"]
SET_UP = 'ip link set lo up && ip address add 8.8.8.8/32 dev lo && exec "$@"'


def own_network() -> list[str]:
    """What starts a command in a network that holds a fake public host; nothing where that is impossible."""
    start = [*NAMESPACE, "sh", "-c", SET_UP, "sh"]
    if shutil.which("unshare") and subprocess.run([*start, "true"], capture_output=True).returncode == 0:
        return start
    warnings.warn("no network namespace: only the attempts to connect are watched", stacklevel=1)
    return []


def test_no_request_makes_the_server_fetch_anything(home: Path, tmp_path: Path) -> None:
    mine = shutil.copytree(home, tmp_path / "home")
    start = own_network()
    command = [*start, sys.executable, "-m", "tests.server.foreign_host", str(mine)]
    done = subprocess.run(command + ([] if start else ["no host"]), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["asked"] == []
    assert found["tried"] == []
    assert found["statuses"] == {
        "file=http://8.8.8.8/x.png": 404,
        "file/http://8.8.8.8/x.png": 404,
        "proxy=http://8.8.8.8/x.png": 404,
        "vibe-starter-queries": 404,
        "mcp Host": 200,
        "mcp X-Forwarded-Host": 200,
        "queue/join": 400,
        "run/predict": 400,
        "run/ask": 404,
        "call/ask": 404,
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", f"/gradio_api/{path}") for path in (
            "file=/etc/passwd", "file=corpus/sources.toml", "file/corpus/sources.toml", "proxy=http://a",
            "runs", "openapi.json", "deep_link?session_hash=a", "dev/reload", "user", "token",
            "login_check",
            "startup-events", "queue/status", "vibe-code", "call/ask/0", "custom_component/a/client/b/c",
            "stream/a/b/0/playlist.m3u8", "mcp/", "mcp/schema", "mcp/sse", "heartbeat/a/b",
        )),
        *(("POST", f"/gradio_api/{path}") for path in (
            "run/ask", "run/search", "run/predict/", "api/ask", "api/predict", "call/ask", "call/v2/ask",
            "cancel", "reset", "component_server", "process_recording", "vibe-edit", "vibe-starter-queries",
            "stream/a", "mcp/messages", "profiling/clear",
        )),
        *(("GET", path) for path in (
            "/monitoring", "/monitoring/summary", "/logout", "/svelte/a.js", "/robots.txt", "/pwa_icon/9",
            "/docs", "/redoc", "/openapi.json", "//", "/assets/../../routes.py", "/assets/%2e%2e/index.html",
            "/static/%00", f"/static/{'a' * 300}", "/assets/", "/gradio_api", "/Config",
        )),
        ("POST", "/login"), ("POST", "/"), ("PUT", "/"), ("DELETE", "/gradio_api/mcp/"), ("OPTIONS", "/"),
        ("TRACE", "/"),
    ],
)  # fmt: skip
def test_what_the_page_does_not_need_is_not_there(address: str, method: str, path: str) -> None:
    with httpx.Client() as client:
        request = client.build_request(method, address)
        request.url = request.url.copy_with(raw_path=path.encode())
        response = client.send(request)
    assert (response.status_code, response.json()) == (
        404,
        {"detail": "There is nothing under this address."},
    )


def test_only_the_page_itself_may_run_scripts(address: str) -> None:
    page = httpx.get(address)
    assert "script-src 'nonce-" in page.headers["content-security-policy"]
    for path in ("/page?document=a", "/health", "/nothing", "/config", "/theme.css"):
        response = httpx.get(address + path)
        assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "nonce" not in response.text


def test_pages_of_other_sites_can_only_link_here(address: str) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    link = {**elsewhere, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert httpx.get(address, headers=link).status_code == 200
    assert httpx.get(f"{address}/?document=a&start=0&end=9&check=0", headers=link).status_code == 200
    for other in (
        elsewhere,
        {"Sec-Fetch-Site": "same-site"},
        {**elsewhere, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {**elsewhere, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    ):
        for path in ("/", "/page?document=a", "/api/documents", "/config"):
            assert httpx.get(address + path, headers=other).status_code == 403
