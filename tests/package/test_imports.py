"""Imports: run one way between the packages, as the contracts in pyproject.toml say, and take little time."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HEAVY = {
    *("faiss", "gradio", "httpx", "langchain_core", "numpy", "onnxruntime", "pydantic", "pypdfium2", "rich"),
    *("sentence_transformers", "tantivy", "tokenizers", "torch", "trafilatura", "transformers"),
}
"""Libraries that take long to import, and that only some commands and documents need."""


def test_every_import_contract_is_kept() -> None:
    # In a process of its own: the linter's set-up of logging switches off every other logger.
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "most"), [("rodedraad", 0.1), ("rodedraad.cli", 0.1), ("rodedraad.ingest.parser_process", 0.2)]
)
def test_what_starts_often_starts_soon(module: str, most: float) -> None:
    """In seconds of processor time, each the best of five, so that a busy machine does not fail it."""
    seconds, modules = imported(module)
    assert seconds - imported("sys")[0] < most
    assert modules & HEAVY == set()


def imported(module: str) -> tuple[float, set[str]]:
    """The processor time of a fresh process that imports a module, and the modules that it has then."""
    program = f"import sys, time, {module}; print(time.process_time(), *sys.modules)"
    done = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        for _ in range(5)
    ]
    return min(float(printed.split()[0]) for printed in done), set(done[0].split()[1:])
