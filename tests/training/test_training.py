"""Tests of the recipe: from a tiny packed encoder and a few lines to a model that works without torch.

What imports torch is imported where it is used: each worker imports this file, and one runs it.
"""

import gzip
import json
import random
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from index.training.data import TextPair, read_matches
from index.training.figures import match_scores, recall
from index.training.graph import quantise_matrix, quantise_rows
from index.training.lessons import article_lessons
from index.training.source_encoder import read_source
from index.training.vocabulary import SEEN, count_pieces, kept_pieces, tokenizer_of
from rodedraad.index.encoders.onnx_transformer import ENCODER, FROZEN, TOKENIZER, ContextualEmbedder
from rodedraad.index.encoders.verifier import pair
from rodedraad.ingest.documents import Passage

WORDS = {
    "de": "the", "boer": "farmer", "boom": "tree", "koffie": "coffee", "vrouw": "woman", "leest": "reads",
    "koopt": "buys", "plant": "plants", "ziet": "sees", "boek": "book", "rode": "red", "oude": "old",
}  # fmt: skip
MARKS = ["<s>", "<pad>", "</s>", "<unk>"]
LETTERS = "▁abcdefghijklmnopqrstuvwxyz:"
PIECES = [
    *MARKS,
    *LETTERS,
    *(f"▁{word}" for word in [*WORDS, *WORDS.values(), "query", "passage", "zeldzaam"]),
]
WIDTH, LAYERS, HEADS = 32, 2, 2


def sentences(count: int, seed: int = 0) -> list[TextPair]:
    """Made-up Dutch sentences with their English, word for word."""
    rng = random.Random(seed)
    words = list(WORDS)
    found = [[rng.choice(words) for _ in range(rng.randint(3, 9))] for _ in range(count)]
    return [TextPair(" ".join(line), " ".join(WORDS[word] for word in line)) for line in found]


def write_rows(file: Path, rows: list[TextPair]) -> None:
    """Writes a gzipped table."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(f"{text}\t{target}\n" for text, target in rows)


def packed(values: np.ndarray) -> bytes:
    """Weights in four bits, thirty-two with a scale, the low halves of the bytes first."""
    blocks = values.astype(np.float32).reshape(-1, 32)
    scales = np.maximum(np.abs(blocks).max(axis=1), 1e-6) / 7
    levels = (np.rint(blocks / scales[:, None]) + 8).astype(np.uint8)
    pairs = levels[:, :16] | levels[:, 16:] << 4
    rows = zip(scales.astype("<f2"), pairs, strict=True)
    return b"".join(scale.tobytes() + pair.tobytes() for scale, pair in rows)


def write_source(file: Path) -> None:
    """Writes an encoder of two layers and random weights as the package packs its own."""
    random_numbers = np.random.default_rng(0)

    def some(*shape: int) -> np.ndarray:
        return random_numbers.normal(0, 0.4, shape)

    tensors: dict[str, tuple[np.ndarray, bool]] = {
        "emb.word": (some(len(PIECES), WIDTH), True),
        "emb.pos": (some(512, WIDTH), False),
        "emb.type": (some(2, WIDTH), False),
        "emb.ln.w": (np.ones(WIDTH), False),
        "emb.ln.b": (np.zeros(WIDTH), False),
    }
    for layer in range(LAYERS):
        shapes = dict.fromkeys(("q", "k", "v", "ao"), (WIDTH, WIDTH))
        shapes |= {"fi": (4 * WIDTH, WIDTH), "fo": (WIDTH, 4 * WIDTH)}
        for part, shape in shapes.items():
            tensors[f"l{layer}.{part}.w"] = (some(*shape), True)
            tensors[f"l{layer}.{part}.b"] = (some(shape[0]), False)
        for part in ("aln", "oln"):
            tensors[f"l{layer}.{part}.w"] = (np.ones(WIDTH), False)
            tensors[f"l{layer}.{part}.b"] = (np.zeros(WIDTH), False)
    text = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, text)])
    scores = [0.0] * 4 + [-9.0] * len(LETTERS) + [-1.0] * (len(PIECES) - 4 - len(LETTERS))
    head = b"E5S1" + struct.pack("<I7ifi", 1, WIDTH, LAYERS, HEADS, 4 * WIDTH, len(PIECES), 512, 2, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, offsets[-1])
    head += offsets.astype("<u4").tobytes() + np.array(scores, "<f4").tobytes() + b"".join(text)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 9, 1, 32)
    raw = {name: packed(v) if four else v.astype("<f4").tobytes() for name, (v, four) in tensors.items()}
    size = len(head) + 4 + sum(2 + len(name) + 21 for name in raw)
    directory, body = struct.pack("<i", len(raw)), b""
    for name, data in raw.items():
        values, four = tensors[name]
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", int(four), values.size, size + len(body), len(data))
        body += data
    file.write_bytes(head + directory + body)


def write_questions(folder: Path, seed: int) -> None:
    """Writes articles of made-up sentences, and questions that are the English of one."""
    (folder / "corpus").mkdir(parents=True)
    lines = []
    for name in ("a.txt", "b.txt"):
        said = [pair for pair in sentences(12, seed) if len(pair.text.split()) > 4]
        seed += 1
        (folder / "corpus" / name).write_text("\n\n".join(f"{pair.text}." for pair in said))
        for text, question in said:
            lines.append({"question": question, "answerable": True, "evidence": [text], "doc": name})
        lines.append({"question": "old trees", "answerable": False, "evidence": [], "doc": name})
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)))


def small_tokenizer() -> Tokenizer:
    """A tokenizer of whole words, for the static table."""
    words = sorted({*WORDS, *WORDS.values()})
    tokenizer = Tokenizer(models.WordLevel({w: at for at, w in enumerate(["[UNK]", *words])}, "[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Training data, evaluation data, a packed encoder and a table, all tiny, and the model made of them."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    root = tmp_path_factory.mktemp("recipe")
    write_rows(root / "data/pairs/small.nl-en.tsv.gz", sentences(2_000))
    write_rows(root / "data/pairs/acquis.nl-en.tsv.gz", sentences(200, seed=1))
    write_rows(
        root / "data/pairs/small.nl-fr.tsv.gz", [TextPair(a, f"le {b}") for a, b in sentences(50, seed=5)]
    )
    passages = [pair.text for pair in sentences(20, seed=4)]
    rows = [
        json.dumps({"article": str(n), "passage": text, "questions": [{"id": str(n), "question": text}]})
        for n, text in enumerate(passages)
    ]
    for folder in ("xquad", "flores"):
        (root / "evaluation" / folder).mkdir(parents=True)
    for language in ("nl", "en", "fr", "es", "de"):
        (root / f"evaluation/xquad/{language}.jsonl").write_text("\n".join(rows))
        (root / f"evaluation/flores/{language}.txt").write_text("\n".join(passages))
    for number, folder in enumerate(("learned/varied", "learned/1", "held/1")):
        write_questions(root / "questions" / folder, seed=10 * number)
    write_rows(root / "data/qa/piaf.fr-fr.tsv.gz", sentences(30, seed=6))
    write_source(root / "source.bin")
    table = StaticEmbedding(small_tokenizer(), embedding_dim=16)
    SentenceTransformer(modules=[table], device="cpu").save(str(root / "static"))
    run(root)
    return root


def run(folders: Path) -> None:
    """Runs the command's function over the tiny folders."""
    from index.training.__main__ import make

    make(
        folders / "data",
        out=folders / "model",
        work=folders / "work",
        source=folders / "source.bin",
        static=folders / "static",
        questions=folders / "questions",
        evaluation=folders / "evaluation",
        static_minutes=0.05,
    )


def test_a_packed_encoder_is_read_as_exactly_as_its_bits(folders: Path) -> None:
    source = read_source(folders / "source.bin")
    assert (source.layers, source.heads, source.unknown) == (2, 2, 3)
    assert source.pieces[0] == ("<s>", 0.0)
    assert source.pieces[-1] == ("▁zeldzaam", -1.0)
    words = np.random.default_rng(0).normal(0, 0.4, (len(PIECES), WIDTH))
    read = source.weights["embeddings.word_embeddings.weight"]
    assert np.abs(read - words).max() < np.abs(words).max() / 7
    assert source.weights["encoder.layer.1.intermediate.dense.weight"].shape == (128, 32)
    assert source.weights["encoder.layer.1.output.dense.weight"].shape == (32, 128)
    assert source.weights["encoder.layer.0.output.LayerNorm.bias"].shape == (32,)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(64))
    with pytest.raises(ValueError, match=r"other\.bin does not begin as e5-small-q4\.bin"):
        read_source(tmp_path / "other.bin")


def test_pieces_that_the_data_does_not_show_are_left_out(folders: Path) -> None:
    source = read_source(folders / "source.bin")
    ids = kept_pieces(source, folders / "data")
    pieces = [source.pieces[id][0] for id in ids]
    assert "▁zeldzaam" not in pieces
    assert {*MARKS, *LETTERS, "▁boer", "▁farmer"} <= set(pieces)
    tokenizer = tokenizer_of([source.pieces[id] for id in ids], 3)
    assert tokenizer.encode("zeldzaam  boer").tokens == [*"▁zeldzaam", "▁boer"]


def test_pieces_are_counted_over_every_folder(tmp_path: Path) -> None:
    for folder, text in (("pairs", "a\tb"), ("qa", "a\tb"), ("plain", "a"), ("dict", "b\tc")):
        (tmp_path / folder).mkdir()
        with gzip.open(tmp_path / folder / "x.gz", "wt") as file:
            file.write(text + "\n")
    pieces = [("<unk>", 0.0), ("▁", -9.0), ("▁a", -1.0), ("▁b", -1.0), ("▁c", -1.0)]
    counts = count_pieces(tokenizer_of(pieces, 0), tmp_path)
    assert [counts[id] for id in range(5)] == [0, 0, 3, 3, 1]
    assert SEEN == 2


def test_the_export_gives_the_vectors_of_its_source(folders: Path, tmp_path: Path) -> None:
    from index.training.exact import exact_encoder, fidelity
    from index.training.export import export_encoder

    texts = [pair.text for pair in sentences(50, seed=9)]
    source = read_source(folders / "source.bin")
    export_encoder(source, tmp_path)
    exported = ContextualEmbedder(tmp_path, "made")
    found = fidelity(exact_encoder(source), exported.passages, texts)
    assert found["cosine lowest"] > 0.99
    assert exported.dimension == 32


def test_weights_that_no_training_changes_are_a_file_of_their_own(folders: Path, tmp_path: Path) -> None:
    from index.training.export import export_encoder

    source = read_source(folders / "source.bin")
    last = f"encoder.layer.{source.layers - 1}.attention.self.query.weight"
    other = replace(source, weights={**source.weights, last: source.weights[last] * 1.5})
    export_encoder(source, tmp_path / "one")
    export_encoder(other, tmp_path / "other")
    one, two = ((tmp_path / name / FROZEN).read_bytes() for name in ("one", "other"))
    assert one == two
    assert len(one) >= len(source.pieces) * 32
    assert (tmp_path / "one" / ENCODER).read_bytes() != (tmp_path / "other" / ENCODER).read_bytes()


def test_a_vector_does_not_depend_on_the_other_texts(folders: Path) -> None:
    embedder = ContextualEmbedder(folders / "model" / "encoder", "made")
    texts = [pair.text for pair in sentences(30)] + ["koffie", ""]
    together = embedder.passages(texts)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.allclose(together, np.stack([embedder.passages([text])[0] for text in texts]), atol=1e-3)
    assert embedder.passages([]).shape == (0, 32)


def test_the_recipe_is_repeatable_and_goes_on_from_its_checkpoint(folders: Path) -> None:
    log = [json.loads(line) for line in (folders / "work/log.jsonl").read_text().splitlines()]
    assert [line["run"] for line in log] == ["static", "tuning"]
    assert log[0]["xquad nl-nl recall@1"] > 0.5
    assert 0 <= log[1]["first sentence"] <= log[1]["success@3"] <= 1
    files = {path.name: path.read_bytes() for path in (folders / "model").rglob("*.*")}
    assert TOKENIZER in files
    run(folders)  # both runs are over: nothing is trained again, the model is the same
    assert {path.name: path.read_bytes() for path in (folders / "model").rglob("*.*")} == files
    assert len((folders / "work/log.jsonl").read_text().splitlines()) == len(log)


def test_tuning_learns_what_answers(folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.training import tuning

    monkeypatch.setattr(tuning, "EPOCHS", 120)
    monkeypatch.setattr(tuning, "TUNING_RATES", {"layers": 3e-3, "map": 1e-2, "importance": 1e-2})
    source = read_source(folders / "source.bin")
    lessons = list(article_lessons(folders / "questions/learned/varied"))
    tuned, interaction = tuning.tune(source, lessons, lessons, tmp_path, seed=1)
    [line] = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert line["first sentence"] > 0.9  # of about twenty sentences
    changed = [name for name in source.weights if (tuned.weights[name] != source.weights[name]).any()]
    assert changed
    assert all(name.startswith("encoder.layer.") for name in changed)
    assert {name: value.shape for name, value in interaction.items()} == {
        "map": (WIDTH, WIDTH),
        "importance": (WIDTH,),
        "need": (WIDTH,),
        "silence": (4,),
    }


def test_verifying_learns_which_sentence_answers_and_when_none_does(
    folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.training import verifying

    monkeypatch.setattr(verifying, "VERIFYING_RATES", {"layers": 3e-3, "head": 1e-2})
    monkeypatch.setattr(verifying, "LAYERS", 1)
    monkeypatch.setattr(verifying, "STEP", 300)
    source = read_source(folders / "source.bin")
    tokenizer = tokenizer_of(source.pieces, source.unknown)
    text = "berg. koffie."
    spans = [(0, 5), (6, 13)]
    passage = Passage("a.txt", 0, len(text), text, None, tuple(spans), "nl", ())
    asked = {"mountain": [True, False], "coffee": [False, True], "old trees": [False, False]}
    exercises = [
        verifying.Exercise([pair(tokenizer, question, "", passage, spans)], [np.array(right)], any(right))
        for question, right in asked.items()
    ]
    learned, scoring = verifying.verify(source, {}, exercises * 600, exercises, tmp_path, seed=1)
    [line] = map(json.loads, (tmp_path / "log.jsonl").read_text().splitlines())
    assert line["first sentence"] == 1.0
    assert line["AUROC"] == 1.0
    changed = {name for name in source.weights if (learned.weights[name] != source.weights[name]).any()}
    assert changed
    assert all(name.startswith("encoder.layer.1.") for name in changed)
    assert scoring["hidden"].shape == (verifying.HIDDEN, 2 * WIDTH)


def test_a_verifier_is_restored_to_be_trained_further(
    folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.training import export, restore

    monkeypatch.setattr(export, "LAYERS", 1)
    monkeypatch.setattr(restore, "LAYERS", 1)
    source = read_source(folders / "source.bin")
    some = np.random.default_rng(1)
    learned = {
        name: value + some.normal(0, 0.1, value.shape).astype(np.float32)
        for name, value in source.weights.items()
        if name.startswith("encoder.layer.1.")
    }
    scoring = {"score": np.float32([0.5, -2.0]), "score.bias": np.float32([0.25])}
    export.export_encoder(source, tmp_path)
    export.export_verifier(replace(source, weights={**source.weights, **learned}), scoring, tmp_path)
    restored, scored = restore.restored_verifier(source, tmp_path)
    for name, value in restored.weights.items():
        assert np.abs(value - learned.get(name, source.weights[name])).max() < 0.03, name
    assert {name: value.tolist() for name, value in scored.items()} == {
        "score": [0.5, -2.0],
        "score.bias": [0.25],
    }


def test_attention_in_sixteen_bits_is_nearly_the_exact_one(folders: Path) -> None:
    import torch

    from index.training.attention import attend_in_sixteen_bits
    from index.training.exact import bert

    model = bert(read_source(folders / "source.bin"))
    ids = torch.tensor([[0, 5, 9, 7, 2], [0, 6, 2, 1, 1]])
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    with torch.no_grad():
        exact = model(ids, attention_mask=mask).last_hidden_state
        attend_in_sixteen_bits(model)
        found = model(ids, attention_mask=mask).last_hidden_state
    assert (found - exact)[mask.bool()].abs().max() < 0.05
    assert exact[mask.bool()].abs().max() > 1


def test_static_half_opens_in_sentence_transformers(folders: Path) -> None:
    from sentence_transformers import SentenceTransformer

    exported = SentenceTransformer(str(folders / "model"), device="cpu", local_files_only=True)
    assert exported.encode(["koffie"]).shape == (1, 16)


def test_tokens_of_one_meaning_come_together(
    folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.training import static
    from index.training.loop import RunLength
    from index.training.static import TableTraining, read_table, unit_rows

    monkeypatch.setattr(static, "HIGHEST_RATE", 0.1)
    tokenizer = small_tokenizer()
    training = TableTraining(read_table(folders / "static"), tokenizer, RunLength(minutes=1), tmp_path)
    vocabulary = tokenizer.get_vocab()
    dutch = [vocabulary[word] for word in WORDS]
    english = [vocabulary[word] for word in WORDS.values()]

    def nearness() -> float:
        unit = unit_rows(training.table)
        return float(np.einsum("nd,nd->n", unit[dutch], unit[english]).mean())

    before = nearness()
    training.train(sentences(20_000), 1, dict)
    assert nearness() > before + 0.2


def test_matches_are_dutch_with_another_language(folders: Path) -> None:
    found = read_matches(folders / "data", seed=5)
    french = [TextPair(a, f"le {b}") for a, b in sentences(50, seed=5)]
    piaf = sentences(30, seed=6)
    assert set(found) == set(sentences(2_000) + sentences(200, seed=1) + french + piaf)
    assert len(found) == 2_280


def test_quantised_numbers_stay_near() -> None:
    matrix = np.random.default_rng(0).normal(size=(6, 64)).astype(np.float32)
    values, scales = quantise_rows(matrix)
    assert np.abs(values * scales - matrix).max() <= scales.max() / 2 + 1e-6


def test_products_fit_the_registers_of_every_processor() -> None:
    matrix = np.random.default_rng(0).normal(size=(64, 32)).astype(np.float32)
    matrix[:2] = np.float32([[9, 9], [-9, -9]]).repeat(16, axis=1)
    values, scales = quantise_matrix(matrix)
    pairs = values[:, 0::2].astype(int) + values[:, 1::2]
    assert 255 * np.abs(pairs).max() <= 32_767
    assert np.abs(values * scales - matrix).max() <= scales.max() / 2 + 1e-6


def test_recall_counts_the_first_k() -> None:
    scores = np.array([[0.9, 0.1, 0.5], [0.2, 0.3, 0.1]], np.float32)
    assert recall(scores, [2, 1], k=1) == 0.5
    assert recall(scores, [2, 1], k=2) == 1.0


def test_rare_tokens_decide_the_match() -> None:
    tokenizer = small_tokenizer()
    table = np.eye(tokenizer.get_vocab_size(), dtype=np.float32)
    passages = ["de boer leest", "de vrouw leest", "de vrouw koopt koffie"]
    scores = match_scores(table, tokenizer, ["leest de boer", "koffie"], passages)
    assert scores.shape == (2, 3)
    assert scores.argmax(axis=1).tolist() == [0, 2]
    assert scores[0, 1] > scores[0, 2]
