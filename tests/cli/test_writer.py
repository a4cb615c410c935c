"""The writer on the terminal: after the quotes, in the JSON, in the evaluation, and not without consent."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.writing.models import playing, saying, set_writer

FAMILIES = "How many families work in the coffee sector?"
DUTCH = "In de koffiesector in Peru zijn 225.000 gezinnen werkzaam."


@pytest.fixture
def own_home(home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(home, tmp_path / "home"))


@pytest.mark.slow
def test_a_sentence_stands_beneath_the_quotes(own_home: Path, program: Program) -> None:
    plain = program("ask", "--home", str(own_home), FAMILIES).stdout
    with playing(saying(DUTCH, "900.000 gezinnen.")) as model:
        set_writer(own_home, model.url)
        shown = program("ask", "--home", str(own_home), "--writer", FAMILIES)
        told = program("ask", "--home", str(own_home), "--writer", "--json", "--passages", "0", FAMILIES)
        refused = program("ask", "--home", str(own_home), "--writer", "How many moons has Jupiter got?")
        assert len(model.asked) == 2
    assert shown.stdout == (
        f"{plain}\nIn a sentence, by small. Every part is in the quotes:\n  {DUTCH} [1]\n"
    )
    [turn] = json.loads(told.stdout)["turns"]
    assert turn["sentence"] == {
        "model": "small",
        "language": "en",
        "claims": [{"text": DUTCH, "citations": [1], "translated": False}],
        "dropped": 1,
        "failure": None,
    }
    assert refused.stdout.startswith("The sources do not answer this question.")


def test_without_it_nothing_of_it_is_imported(own_home: Path) -> None:
    program = f"""
import sys
from rodedraad.cli import main
main(["ask", "--home", {str(own_home)!r}, {FAMILIES!r}])
print([name for name in sys.modules if name.startswith("rodedraad.writing") or name == "httpx"])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_model_elsewhere_is_asked_only_with_consent(own_home: Path, program: Program) -> None:
    set_writer(own_home, "http://192.0.2.1:9/v1", timeout=1)
    done = program("ask", "--home", str(own_home), "--writer", FAMILIES, stdin="y\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "rodedraad: Your questions in this conversation and the quotes are sent to 192.0.2.1:9. "
        "Agree to that with --agree.\n"
    )
    agreed = program("ask", "--home", str(own_home), "--writer", "--agree", FAMILIES)
    assert agreed.returncode == 0
    assert agreed.stdout.splitlines()[-1] in (
        "The language model did not finish within 1 s.",
        "The language model at 192.0.2.1:9 cannot be reached.",
    )


@pytest.mark.slow
def test_its_sentences_and_the_check_are_measured(own_home: Path, program: Program, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"question": FAMILIES, "answerable": False}) + "\n", "utf-8")
    with playing(saying(DUTCH, "900.000 gezinnen.")) as model:
        set_writer(own_home, model.url)
        done = program("eval", "--home", str(own_home), "--writer", "--data", str(gold), "--json")
    figures = json.loads(done.stdout)
    assert figures["answers with a sentence"]["share"] == 1
    assert figures["claims dropped"]["share"] == 0.5
    assert figures["within a language: precision"]["share"] == 1
