"""Tests of the training recipe: from a few made-up lines to a model folder that works without torch."""

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    Normalize,
    Pooling,
    StaticEmbedding,
    Transformer,
)
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from index.contextual import ContextualEmbedder
from index.training import static
from index.training.__main__ import load, train
from index.training.data import (
    LONGEST,
    SHORT,
    Pair,
    batches,
    join_passages,
    read_direct,
    read_matches,
    read_mix,
)
from index.training.distill import Distillation, Rates, bert_of, blend, direct_loss_of, encoder, loss_of
from index.training.export import export, fidelity
from index.training.figures import match_scores, recall
from index.training.graph import quantise_blocks, quantise_rows
from index.training.loop import Plan
from index.training.restore import restore
from index.training.static import TableTraining, read_table, unit_rows

WORDS = {
    "de": "the", "boer": "farmer", "boom": "tree", "koffie": "coffee", "vrouw": "woman", "leest": "reads",
    "koopt": "buys", "plant": "plants", "ziet": "sees", "boek": "book", "rode": "red", "oude": "old",
}  # fmt: skip
MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def sentences(count: int, seed: int = 0) -> list[Pair]:
    """Made-up Dutch sentences with their English, word for word."""
    rng = random.Random(seed)
    words = list(WORDS)
    found = [[rng.choice(words) for _ in range(rng.randint(3, 9))] for _ in range(count)]
    return [Pair(" ".join(line), " ".join(WORDS[word] for word in line)) for line in found]


def write_rows(file: Path, rows: list[Pair]) -> None:
    """Writes a gzipped table."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(f"{text}\t{target}\n" for text, target in rows)


def small_tokenizer() -> Tokenizer:
    """A tokenizer of whole words, with the marks that BERT expects."""
    words = sorted({*WORDS, *WORDS.values()})
    vocabulary = {token: at for at, token in enumerate([*MARKS, *words])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def write_bert(folder: Path) -> None:
    """Writes a two-layer model of random weights as a sentence-transformers folder."""
    plain = folder / "plain"
    tokenizer = small_tokenizer()
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names)
    wrapped.save_pretrained(plain)
    shape = BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=256, initializer_range=0.3,
    )  # fmt: skip
    BertModel(shape).save_pretrained(plain)
    SentenceTransformer(modules=[Transformer(str(plain)), Pooling(32), Normalize()], device="cpu").save(
        str(folder)
    )
    tokenizer.save(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Training data, evaluation data, a student, a teacher and a static table, all tiny."""
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp("recipe")
    write_rows(root / "data/pairs/small.nl-en.tsv.gz", sentences(2_000))
    write_rows(root / "data/pairs/acquis.nl-en.tsv.gz", sentences(200, seed=1))
    write_rows(root / "data/pairs/small.en-fr.tsv.gz", [Pair(b, a) for a, b in sentences(100, seed=2)])
    write_rows(root / "data/pairs/small.nl-fr.tsv.gz", [Pair(a, f"le {b}") for a, b in sentences(50, seed=5)])
    write_rows(root / "data/qa/medquad.en-en.tsv.gz", [Pair(b, b) for _, b in sentences(50, seed=3)])
    passages = [pair.text for pair in sentences(20, seed=4)]
    rows = [json.dumps({"passage": text, "questions": [{"question": text}]}) for text in passages]
    for folder in ("xquad", "flores"):
        (root / "evaluation" / folder).mkdir(parents=True)
    for language in ("nl", "en", "fr", "es", "de"):
        (root / f"evaluation/xquad/{language}.jsonl").write_text("\n".join(rows))
        (root / f"evaluation/flores/{language}.txt").write_text("\n".join(passages))
    write_bert(root / "student")
    write_bert(root / "teacher")
    table = StaticEmbedding(small_tokenizer(), embedding_dim=16)
    SentenceTransformer(modules=[table], device="cpu").save(str(root / "static"))
    return root


def run(folders: Path) -> None:
    """Runs the command's function over the tiny folders."""
    train(
        folders / "data",
        out=folders / "model",
        work=folders / "work",
        start=folders / "student",
        static=folders / "static",
        teacher=folders / "teacher",
        evaluation=folders / "evaluation",
        minutes=0.1,
        static_minutes=0.05,
    )


def test_student_comes_near_the_teacher(folders: Path, tmp_path: Path) -> None:
    student, teacher = load(folders / "student"), load(folders / "teacher")
    held = sentences(100, seed=9)
    wanted = encoder(teacher)([pair.target for pair in held])

    def nearness() -> float:
        return float((encoder(student)([pair.text for pair in held]) * wanted).sum(axis=1).mean())

    before = nearness()
    plan = Plan(minutes=1, warm_up=5)
    rates = Rates(table=1e-2, layers=3e-3)
    Distillation(student, teacher, plan, tmp_path, rates).train(sentences(10_000), [], 1, dict)
    assert nearness() > before + 0.2


def test_translations_come_together_without_english(folders: Path, tmp_path: Path) -> None:
    student, teacher = load(folders / "student"), load(folders / "teacher")
    held = sentences(100, seed=9)

    def found() -> float:
        first, second = (encoder(student)([pair[side] for pair in held]) for side in (0, 1))
        return recall(first @ second.T, range(100), k=1)

    before = found()
    rates = Rates(table=1e-2, layers=3e-3)
    training = Distillation(student, teacher, Plan(minutes=1, warm_up=5), tmp_path, rates)
    training.train([], sentences(4_000), 1, dict)
    assert found() > before + 0.2


def test_remembered_targets_raise_the_loss_unless_they_mean_the_same() -> None:
    student = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    alone = loss_of(student, student, torch.empty(0, 2))
    assert loss_of(student, student, torch.tensor([[1.0, 0.0]])) == pytest.approx(alone.item(), abs=1e-6)
    assert loss_of(student, student, torch.tensor([[0.8, 0.6]])) > alone + 0.005


def test_direct_loss_is_least_for_the_own_counterparts() -> None:
    sides = torch.eye(3)
    assert direct_loss_of(sides, sides).item() == pytest.approx(0, abs=1e-6)
    assert direct_loss_of(sides, sides.roll(1, dims=0)).item() == pytest.approx(40, abs=0.01)


def test_exported_encoder_comes_back_as_exact_as_its_bits(folders: Path, tmp_path: Path) -> None:
    student, other = load(folders / "student"), load(folders / "teacher")
    export(
        student,
        read_table(folders / "static"),
        folders / "student/tokenizer.json",
        folders / "static",
        tmp_path,
    )
    restore(bert_of(other), tmp_path / "contextual.onnx")
    texts = [pair.text for pair in sentences(50)]
    assert fidelity(encoder(student), encoder(other), texts)["cosine lowest"] > 0.99


def test_blending_goes_half_way_and_leaves_the_table(folders: Path) -> None:
    student, teacher = load(folders / "student"), load(folders / "teacher")
    before = {name: value.clone() for name, value in student.state_dict().items()}
    blend(student, teacher)
    for name, value in student.state_dict().items():
        half = (before[name] + teacher.state_dict()[name]) / 2
        assert torch.allclose(value, before[name] if "word_embeddings" in name else half, atol=1e-6)


def test_tokens_of_one_meaning_come_together(
    folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static, "RATE", 0.1)
    tokenizer = small_tokenizer()
    training = TableTraining(read_table(folders / "static"), tokenizer, Plan(minutes=1), tmp_path)
    vocabulary = tokenizer.get_vocab()
    dutch = [vocabulary[word] for word in WORDS]
    english = [vocabulary[word] for word in WORDS.values()]

    def nearness() -> float:
        unit = unit_rows(training.table)
        return float(np.einsum("nd,nd->n", unit[dutch], unit[english]).mean())

    before = nearness()
    training.train(sentences(20_000), 1, dict)
    assert nearness() > before + 0.2


def test_recipe_exports_what_it_trained_and_resumes(folders: Path) -> None:
    run(folders)
    log = [json.loads(line) for line in (folders / "work/log.jsonl").read_text().splitlines()]
    assert [line["run"] for line in log] == ["static", "student"]
    assert log[-1]["xquad nl-nl recall@1"] == 1.0
    texts = [pair.text for pair in sentences(100, seed=9)]
    exported = ContextualEmbedder(folders / "model", "trained").passages(texts)
    student = load(folders / "student")
    teacher = load(folders / "teacher")
    Distillation(student, teacher, Plan(1), folders / "work")
    blend(student, teacher)
    assert fidelity(encoder(student), lambda _: exported, texts)["cosine lowest"] > 0.99

    run(folders)  # both runs are over: nothing is trained again, the export is the same
    assert len((folders / "work/log.jsonl").read_text().splitlines()) == len(log)
    assert np.array_equal(ContextualEmbedder(folders / "model", "trained").passages(texts), exported)


def test_a_vector_does_not_depend_on_the_other_texts(folders: Path) -> None:
    run(folders)
    embedder = ContextualEmbedder(folders / "model", "trained")
    texts = [pair.text for pair in sentences(30)] + ["koffie", ""]
    together = embedder.passages(texts)
    assert together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.allclose(together, np.stack([embedder.passages([text])[0] for text in texts]), atol=1e-3)
    assert embedder.passages([]).shape == (0, 32)


def test_static_half_opens_in_sentence_transformers(folders: Path) -> None:
    run(folders)
    exported = SentenceTransformer(str(folders / "model"), device="cpu", local_files_only=True)
    assert exported.encode(["koffie"]).shape == (1, 16)


def test_mix_is_the_same_for_the_same_seed(folders: Path) -> None:
    mix = read_mix(folders / "data", seed=5)
    assert mix == read_mix(folders / "data", seed=5)
    assert mix != read_mix(folders / "data", seed=6)
    assert next(pair for pair in sentences(9) if len(pair.text) >= SHORT) in mix
    assert any(pair.text == pair.target for pair in mix)


def test_direct_pairs_are_without_english(folders: Path) -> None:
    direct = read_direct(folders / "data", seed=5)
    assert direct == read_direct(folders / "data", seed=5)
    assert 0 < len(direct) <= 50
    assert all(len(text) >= 25 and target.startswith("le ") for text, target in direct)


def test_matches_are_dutch_with_another_language_and_questions_with_passages(folders: Path) -> None:
    found = read_matches(folders / "data", seed=5)
    french = [Pair(a, f"le {b}") for a, b in sentences(50, seed=5)]
    assert set(found) == set(sentences(2_000) + sentences(200, seed=1) + french)
    assert len(found) == 2_250


def test_passages_keep_both_sides_together() -> None:
    lines = sentences(500)
    passages = list(join_passages(lines, random.Random(0)))
    assert all(200 <= len(passage.text) <= LONGEST for passage in passages)
    assert all(len(text.split()) == len(target.split()) for text, target in passages)


def test_batches_hold_every_pair_once_and_stay_small() -> None:
    lines = sentences(1_000)
    found = batches(lines, random.Random(0), characters=600, most=16)
    assert sorted(pair for batch in found for pair in batch) == sorted(lines)
    assert all(len(batch) * max(len(pair.text) for pair in batch) <= 600 for batch in found)


def test_quantised_numbers_stay_near() -> None:
    matrix = np.random.default_rng(0).normal(size=(6, 64)).astype(np.float32)
    values, scales = quantise_rows(matrix)
    assert np.abs(values * scales - matrix).max() <= scales.max() / 2 + 1e-6
    blocks, block_scales = quantise_blocks(matrix)
    restored = (blocks.astype(np.float32) - 128) * block_scales.reshape(6, 2, 1)
    assert np.abs(restored.reshape(6, 64) - matrix).max() <= block_scales.max() / 2 + 1e-6


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
