"""Encoders: the numbers of sentence-transformers, by the bundled model or another."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.index.encoders import onnx_transformer, static_table
from rodedraad.index.encoders.base import sha256_of
from rodedraad.index.encoders.bundled import (
    BUNDLED_ENCODER,
    BUNDLED_MODEL,
    CHECKSUMS,
    PACKAGE,
    bundled_contextual,
    bundled_static,
    load_embedder,
)
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.settings import Settings
from rodedraad.ingest.errors import RodeDraadError

ROOT = Path(__file__).parents[3]
VOCABULARY = "[PAD] [UNK] [CLS] [SEP] [MASK] : query passage de boer koffie plukt farmer coffee".split()
TEXTS = [
    "Wat verdient een dorp aan zijn bos?",
    "How does Red Social formalise miners?",
    "Que font les femmes avec la laine des alpagas ?",
    "¿Cómo ayuda Bélgica a la sanidad peruana?",
    "De coöperatie exporteerde 32 ton cacao — in 2006.",
    "☕🦙 koffie",
    "x" * 500,
    "de boer plukt koffie " * 5_000,
]


with_torch = pytest.mark.slow
"""What needs sentence-transformers, which take ten seconds to load."""


@pytest.fixture(scope="module")
def peer():
    """Sentence-transformers itself, with the bundled model."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(BUNDLED_MODEL), device="cpu").float()


@pytest.fixture(scope="module")
def small_static(tmp_path_factory):
    """A folder with a static model of a few words."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import BertPreTokenizer

    tokenizer = Tokenizer(WordLevel({w: i for i, w in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = BertPreTokenizer()
    weights = torch.randn(len(VOCABULARY), 16, generator=torch.Generator().manual_seed(1))
    folder = tmp_path_factory.mktemp("static")
    static = StaticEmbedding(tokenizer, embedding_weights=weights)
    SentenceTransformer(modules=[static], device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="module")
def small_bert(tmp_path_factory):
    """A folder with a transformer of a few words and random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(1)
    bert = tmp_path_factory.mktemp("bert")
    (bert / "vocab.txt").write_text("\n".join(VOCABULARY), "utf-8")
    BertTokenizerFast(vocab=str(bert / "vocab.txt")).save_pretrained(bert)
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    BertModel(config).save_pretrained(bert)
    folder = tmp_path_factory.mktemp("transformer")
    SentenceTransformer(
        modules=[Transformer(str(bert)), Pooling(16, pooling_mode="mean")], device="cpu"
    ).save(str(folder))
    return folder


def peers(model, texts):
    return model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


def corpus_sentences():
    from rodedraad.ingest.corpus_folder import scan
    from rodedraad.ingest.read_documents import read_documents
    from rodedraad.ingest.read_file import read_bytes
    from rodedraad.ingest.sentences import sentence_spans

    documents = [read_documents(s, read_bytes(s))[0] for s in scan(ROOT / "corpus")[0]]
    return [d.text[start:end] for d in documents for start, end in sentence_spans(d.text)]


@with_torch
def test_the_bundled_model_gives_the_numbers_of_sentence_transformers(peer):
    assert np.abs(bundled_static().passages(TEXTS) - peers(peer, TEXTS)).max() < 1e-5


@with_torch
def test_the_sentences_of_the_corpus_get_the_numbers_of_sentence_transformers(peer):
    sentences = corpus_sentences() * 2  # more than one batch
    assert len(sentences) > 256
    assert np.abs(bundled_static().passages(sentences) - peers(peer, sentences)).max() < 1e-5


@with_torch
@given(st.lists(st.text(max_size=80), min_size=1, max_size=8))
@settings(deadline=None, max_examples=50)
def test_any_text_gets_the_numbers_of_sentence_transformers(peer, texts):
    expected = np.nan_to_num(peers(peer, texts))
    assert np.abs(bundled_static().questions(texts) - expected).max() < 1e-5


@given(st.lists(st.text(max_size=80), max_size=8))
@settings(deadline=None, max_examples=50)
def test_every_text_with_a_token_has_unit_length_and_every_other_is_zeros(texts):
    static = bundled_static()
    vectors = static.passages(texts)
    assert vectors.shape == (len(texts), 256)
    assert vectors.dtype == np.float32
    for text, vector in zip(texts, vectors, strict=True):
        has_token = bool(static.tokenizer.encode(text, add_special_tokens=False).ids)
        assert np.linalg.norm(vector) == pytest.approx(1.0 if has_token else 0.0, abs=1e-5)


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_a_text_without_a_token_is_all_zeros(text):
    assert not bundled_static().passages([text]).any()


def test_a_text_has_the_same_vector_in_any_company():
    static = bundled_static()
    texts = [f"De boer plukt {n} kilo koffie." for n in range(600)]
    together = static.passages(texts)
    for number in (0, 255, 256, 599):
        assert np.array_equal(static.passages([texts[number]])[0], together[number])


def test_progress_adds_up_to_the_number_of_texts():
    done = []
    bundled_static().passages(["koffie"] * 600, done.append)
    assert sum(done) == 600
    assert len(done) == 3


def test_without_a_setting_the_bundled_model_is_used():
    embedder = load_embedder(Settings())
    assert (embedder.name, embedder.dimension) == ("bundled", 384)


@with_torch
def test_a_static_model_by_its_folder_gives_the_numbers_of_sentence_transformers(small_static):
    from sentence_transformers import SentenceTransformer

    embedder = load_embedder(Settings(model=str(small_static)))
    assert isinstance(embedder, StaticEmbedder)
    expected = peers(SentenceTransformer(str(small_static), device="cpu"), ["de boer plukt koffie"])
    assert np.abs(embedder.passages(["de boer plukt koffie"]) - expected).max() < 1e-5
    assert embedder.dimension == 16


@with_torch
def test_a_static_model_in_a_folder_of_its_own_is_found(small_static, tmp_path):
    inner = tmp_path / "0_StaticEmbedding"
    inner.mkdir()
    for name in ("tokenizer.json", "model.safetensors"):
        shutil.copy(small_static / name, inner)
    modules = json.loads((small_static / "modules.json").read_text("utf-8"))
    modules[0]["path"] = "0_StaticEmbedding"
    (tmp_path / "modules.json").write_text(json.dumps(modules), "utf-8")
    direct = load_embedder(Settings(model=str(small_static)))
    nested = load_embedder(Settings(model=str(tmp_path)))
    assert isinstance(nested, StaticEmbedder)
    assert np.array_equal(nested.passages(["de boer"]), direct.passages(["de boer"]))


@with_torch
@pytest.mark.parametrize("kind", ["small_static", "small_bert"])
def test_prefixes_stand_before_questions_and_passages(kind, request):
    folder = str(request.getfixturevalue(kind))
    plain = load_embedder(Settings(model=folder))
    prefixed = load_embedder(Settings(model=folder, query_prefix="query: ", passage_prefix="passage: "))
    text = ["de boer plukt koffie"]
    by_hand = plain.passages(["query: de boer plukt koffie", "passage: de boer plukt koffie"])
    assert np.abs(prefixed.questions(text)[0] - by_hand[0]).max() < 1e-6
    assert np.abs(prefixed.passages(text)[0] - by_hand[1]).max() < 1e-6
    assert np.abs(prefixed.questions(text) - plain.questions(text)).max() > 0.01
    assert np.abs(prefixed.passages(text) - plain.passages(text)).max() > 0.01
    assert np.abs(prefixed.passages(text) - prefixed.questions(text)).max() > 0.01


@with_torch
def test_a_transformer_gives_the_numbers_of_sentence_transformers(small_bert):
    from sentence_transformers import SentenceTransformer

    embedder = load_embedder(Settings(model=str(small_bert)))
    texts = ["de boer plukt koffie", "", "farmer coffee " * 1000]
    expected = peers(SentenceTransformer(str(small_bert), device="cpu"), texts)
    assert np.abs(embedder.passages(texts) - expected).max() < 1e-5
    assert embedder.dimension == 16
    assert embedder.passages([]).shape == (0, 16)
    assert np.linalg.norm(embedder.questions(texts), axis=1) == pytest.approx(1.0, abs=1e-5)


@with_torch
@pytest.mark.parametrize("kind", ["small_static", "small_bert"])
def test_the_fingerprint_tells_weights_and_prefixes(kind, request, tmp_path):
    from safetensors.numpy import load_file, save_file

    folder = request.getfixturevalue(kind)
    changed = tmp_path / "changed"
    shutil.copytree(folder, changed)
    [weights] = changed.rglob("model.safetensors")
    tensors = load_file(weights)
    name = min(tensors, key=len)
    tensors[name] = tensors[name] + np.float32(0.001)
    save_file(tensors, weights, {"format": "pt"})
    of = [
        load_embedder(each).fingerprint
        for each in (
            Settings(model=str(folder)),
            Settings(model=str(changed)),
            Settings(model=str(folder), query_prefix="query: "),
            Settings(model=str(folder), passage_prefix="query: "),
            Settings(model=str(folder), query_prefix="query", passage_prefix=": "),
        )
    ]
    assert len(set(of)) == 5
    assert load_embedder(Settings(model=str(folder))).fingerprint == of[0]


def test_the_fingerprints_of_the_bundled_model_are_those_of_its_files() -> None:
    assert bundled_static().fingerprint == static_table.fingerprint_of(BUNDLED_MODEL)
    assert bundled_contextual().fingerprint == onnx_transformer.fingerprint_of(BUNDLED_ENCODER)


def test_the_checksums_are_those_of_every_file_of_the_bundled_models() -> None:
    right: dict[str, dict[str, str]] = {}
    for package in ("index", "ingest"):
        for path in sorted((PACKAGE / package).rglob("*")):
            if path.suffix in (".safetensors", ".onnx", ".onnx_data", ".gz") or path.name == "tokenizer.json":
                folder = path.parent.relative_to(PACKAGE).as_posix()
                right.setdefault(folder, {})[path.name] = sha256_of([path])
    assert right == CHECKSUMS, f"In index/encoders/bundled.py:\nCHECKSUMS = {json.dumps(right, indent=4)}"


@with_torch
def test_a_missing_model_is_one_clear_sentence(tmp_path):
    with pytest.raises(RodeDraadError) as caught:
        load_embedder(Settings(model=str(tmp_path / "nowhere")))
    assert "nowhere' cannot be loaded" in str(caught.value)
    assert "Check its name or folder in settings.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def _remove(path):
    path.unlink()


def _truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def _rubbish(path):
    path.write_bytes(b"no model at all")


@with_torch
@pytest.mark.parametrize("harm", [_remove, _truncate, _rubbish])
@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_broken_static_model_is_one_clear_sentence(small_static, tmp_path, harm, name):
    folder = tmp_path / "broken"
    shutil.copytree(small_static, folder)
    harm(folder / name)
    with pytest.raises(RodeDraadError) as caught:
        load_embedder(Settings(model=str(folder)))
    assert f"The model in {folder} cannot be read" in str(caught.value)


@with_torch
def test_vectors_that_do_not_fit_the_tokens_are_refused(small_static, tmp_path):
    from safetensors.numpy import save_file

    folder = tmp_path / "broken"
    shutil.copytree(small_static, folder)
    save_file({"embedding.weight": np.ones((3, 16), np.float32)}, folder / "model.safetensors")
    with pytest.raises(RodeDraadError, match="its vectors are not those of its tokens"):
        load_embedder(Settings(model=str(folder)))


@with_torch
@pytest.mark.parametrize("harm", [_truncate, _rubbish])
def test_a_broken_transformer_is_one_clear_sentence(small_bert, tmp_path, harm):
    folder = tmp_path / "broken"
    shutil.copytree(small_bert, folder)
    [weights] = folder.rglob("model.safetensors")
    harm(weights)
    with pytest.raises(RodeDraadError, match="broken' cannot be loaded"):
        load_embedder(Settings(model=str(folder)))


@pytest.mark.slow
def test_asking_never_imports_the_heavy_libraries(tmp_path):
    shutil.copy(ROOT / "corpus" / "vijf-projecten-in-peru.txt", tmp_path)
    program = (
        "import sys\n"
        "from rodedraad.cli import main\n"
        f"arguments = ['--corpus', {str(tmp_path)!r}, '--home', {str(tmp_path / 'home')!r}]\n"
        "code = main(['ask', 'How does Red Social formalise miners?', *arguments])\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'gradio'}\n"
        "print(code, sorted(heavy & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr
    assert "[1] “" in done.stdout
