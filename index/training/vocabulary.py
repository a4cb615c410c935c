"""Vocabulary: the pieces of a large multilingual tokenizer that our languages use."""

import gzip
from collections import Counter
from itertools import islice
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from index.training.source_encoder import SourceEncoder
from rodedraad.index.encoders.onnx_transformer import PASSAGE_PREFIX, QUESTION_PREFIX

LINES = {"pairs": 60_000, "qa": 60_000, "plain": 100_000, "dict": 40_000}
"""Folders of the training data that are counted, and most lines of each file."""
SEEN = 2
"""Times that a piece must be seen to be kept. Of 250,002 pieces 50,337 are, and 41,935 twenty times."""
LINES_AT_ONCE = 5_000


def tokenizer_of(pieces: list[tuple[str, float]], unknown: int) -> Tokenizer:
    """A SentencePiece unigram tokenizer (Kudo 2018) as XLM-RoBERTa has it: NFKC, a mark before each word."""
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex("[\u200b-\u200f]"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    return tokenizer


def count_pieces(tokenizer: Tokenizer, data: Path) -> Counter[int]:
    """How often each piece, by its id, occurs in the training data."""
    counts: Counter[int] = Counter()
    for folder, most in LINES.items():
        for file in sorted((data / folder).glob("*.gz")):
            with gzip.open(file, "rt", encoding="utf-8") as lines:
                rows = (line.strip().replace("\t", " ") for line in islice(lines, most))
                while batch := list(islice(rows, LINES_AT_ONCE)):
                    for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
                        counts.update(encoding.ids)
    return counts


def kept_pieces(source: SourceEncoder, data: Path) -> list[int]:
    """The ids to keep, in order: marks, prefixes, letters, and every piece that the data shows often.

    Letters are the single characters of the blocks that European languages are written with, so that
    a word never seen is still read.
    """
    tokenizer = tokenizer_of(source.pieces, source.unknown)
    counts = count_pieces(tokenizer, data)
    prefixes = {id for prefix in (QUESTION_PREFIX, PASSAGE_PREFIX) for id in tokenizer.encode(prefix).ids}
    return [
        id
        for id, (piece, _) in enumerate(source.pieces)
        if counts[id] >= SEEN
        or id in prefixes
        or (piece.startswith("<") and piece.endswith(">") and len(piece) > 2)
        or (len(piece) == 1 and ord(piece) < 0x2100)
    ]
