"""The command `python -m index.training`: packaged model and data in, bundled model out."""

import json
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich import print as show
from tokenizers import Tokenizer

from index.training.data import read_matches
from index.training.exact import exact_encoder, fidelity
from index.training.export import export_encoder, export_interaction, export_static
from index.training.figures import (
    Encode,
    flores_figures,
    match_scores,
    read_xquad,
    vector_scores,
    xquad_figures,
)
from index.training.lessons import article_lessons, names_of, piaf_lessons, xquad_lessons
from index.training.loop import RunLength
from index.training.source_encoder import packaged_source, read_source
from index.training.static import TableTraining, read_table
from index.training.tuning import tune
from index.training.vocabulary import kept_pieces
from rodedraad.index.encoders.bundled import BUNDLED_ENCODER
from rodedraad.index.encoders.onnx_transformer import ContextualEmbedder

ENCODER_FOLDER = BUNDLED_ENCODER.name


def make(
    data: Annotated[Path, typer.Argument(help="Folder with pairs/, dict/, qa/, plain/ and prototype/.")],
    out: Annotated[Path, typer.Option(help="Where the model goes.")] = Path("index/model"),
    work: Annotated[Path, typer.Option(help="Checkpoints and log; a run goes on from there.")] = Path(
        ".training"
    ),
    source: Annotated[
        Path | None, typer.Option(help="The encoder's weights; else those in the installed package.")
    ] = None,
    static: Annotated[
        Path | None, typer.Option(help="Table to start from; else the data's prototype.")
    ] = None,
    questions: Annotated[
        Path,
        typer.Option(help="Folder with learned/*/, from which the encoder learns, and held/*/."),
    ] = Path("index/training/articles"),
    evaluation: Annotated[
        Path | None, typer.Option(help="Development sets: half of XQuAD is learned from; for figures.")
    ] = None,
    static_minutes: Annotated[
        float, typer.Option(help="Training time of the static table; 0 keeps it as it is.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Decides the choice of lines and their order.")] = 1,
) -> None:
    """Cuts the encoder to our languages, tunes it to answers, and writes it with the static table."""
    static = static or data / "prototype" / "static"
    table = (
        train_table(data, static, work, evaluation, RunLength(static_minutes), seed)
        if static_minutes
        else read_table(static)
    )
    packaged = read_source(source or packaged_source())
    folders = sorted((questions / "learned").iterdir())
    names = names_of(folders)
    learned = chain(
        *(article_lessons(folder, names) for folder in folders),
        xquad_lessons(evaluation) if evaluation else (),
        piaf_lessons(data),
    )
    held = chain(*map(article_lessons, sorted((questions / "held").iterdir())))
    encoder, interaction = tune(packaged.cut(kept_pieces(packaged, data)), learned, held, work, seed)
    export_encoder(encoder, out / ENCODER_FOLDER)
    export_interaction(interaction, out / ENCODER_FOLDER)
    export_static(table, static, out)
    if evaluation:
        show(json.dumps(figures_of_export(exact_encoder(encoder), out, evaluation), indent=1))


def train_table(
    data: Path, static: Path, work: Path, evaluation: Path | None, plan: RunLength, seed: int
) -> NDArray[np.float32]:
    """Trains the static table, float32[tokens, d], from the one in a sentence-transformers folder."""
    tokenizer = Tokenizer.from_file(str(static / "tokenizer.json"))
    training = TableTraining(read_table(static), tokenizer, plan, work)
    training.train(
        read_matches(data, seed), seed, lambda: table_figures(training.table, tokenizer, evaluation)
    )
    return training.table


def table_figures(
    table: NDArray[np.float32], tokenizer: Tokenizer, evaluation: Path | None
) -> dict[str, float]:
    """Recall with best-matching tokens; nothing without development sets."""
    return xquad_figures(partial(match_scores, table, tokenizer), evaluation) if evaluation else {}


def figures_of_export(exact: Encode, out: Path, evaluation: Path) -> dict[str, dict[str, float]]:
    """How true the exported model is to its source, and how well it finds passages and translations."""
    exported = ContextualEmbedder(out / ENCODER_FOLDER, "made")
    passages, _, _ = read_xquad(evaluation / "xquad" / "nl.jsonl")
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    return {
        "fidelity": fidelity(exact, exported.passages, passages),
        "contextual": xquad_figures(vector_scores(exported.questions, exported.passages), evaluation)
        | flores_figures(exported.passages, evaluation),
        "static": table_figures(read_table(out), tokenizer, evaluation),
    }


if __name__ == "__main__":
    typer.run(make)
