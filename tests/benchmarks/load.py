"""Load: many people asking at once, against a bare Gradio handler that echoes, in the same run.

    python -m tests.benchmarks.load [CALLS]

At each level so many users ask CALLS questions together (200 unless given), each its next one when
the answer is there, over Gradio's queue as a page or a client does. Printed are calls a second, the
median and 95th percentile of the time to the answer, errors, and the ratio of the medians.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np

from rodedraad.evaluation.gold_file import GOLD
from tests.servers import chat_server, free_port

USERS = (1, 8, 32, 64)
ECHO = """
import sys
import gradio as gr
def ask(question: str, before: list[str], passages: int) -> str:
    return question
with gr.Blocks() as page:
    gr.api(ask, concurrency_limit=4)
page.launch(server_port=int(sys.argv[1]), quiet=True)
"""


@contextmanager
def echo_server() -> Iterator[str]:
    """A Gradio page that gives a question back."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", ECHO, str(port)], stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        while True:
            try:
                httpx.get(f"{address}/config").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(30)


async def ask(client: httpx.AsyncClient, question: str) -> float:
    """Seconds until the answer is there; raises where it is none."""
    began = time.perf_counter()
    joined = await client.post("/gradio_api/call/ask", json={"data": [question, [], 10, [], [], "", ""]})
    joined.raise_for_status()
    async with client.stream("GET", f"/gradio_api/call/ask/{joined.json()['event_id']}") as answer:
        events = [line async for line in answer.aiter_lines()]
    if "event: complete" not in events:
        raise ValueError(events)
    return time.perf_counter() - began


async def load(address: str, users: int, questions: list[str]) -> tuple[np.ndarray, float, int]:
    """Seconds of each call that was answered, those of all together, and how many failed."""
    waiting = iter(questions)
    took: list[float] = []
    failed = 0

    async def user(client: httpx.AsyncClient) -> None:
        nonlocal failed
        for question in waiting:
            try:
                took.append(await ask(client, question))
            except (httpx.HTTPError, ValueError):
                failed += 1

    limits = httpx.Limits(max_connections=None, max_keepalive_connections=users)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        began = time.perf_counter()
        await asyncio.gather(*(user(client) for _ in range(users)))
        return np.array(took), time.perf_counter() - began, failed


def main() -> None:
    """Print a line for each level and server."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    lines = (GOLD / "questions.jsonl").read_text("utf-8").splitlines()
    questions = list(islice(cycle(json.loads(line)["question"] for line in lines), calls))
    with (
        TemporaryDirectory() as folder,
        echo_server() as echo,
        chat_server(Path("corpus"), Path(folder) / "home") as chat,
    ):
        for address in (echo, chat):
            asyncio.run(load(address, 4, questions[:20]))
        for users in USERS:
            medians = []
            for name, address in (("echo", echo), ("chat", chat)):
                took, seconds, failed = asyncio.run(load(address, users, questions))
                p50, p95 = np.quantile(took, (0.5, 0.95)) * 1000
                medians.append(p50)
                print(
                    f"{users:>3} users  {name}  {len(took) / seconds:>6.0f}/s  "
                    f"p50 {p50:>6.0f} ms  p95 {p95:>6.0f} ms  {failed} errors"
                )
            print(f"{users:>3} users  chat / echo, p50: {medians[1] / medians[0]:.2f}")


if __name__ == "__main__":
    main()
