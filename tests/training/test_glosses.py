"""Glosses from translated texts: words that often occur together, and never those that only seem to once."""

import gzip
from itertools import product
from pathlib import Path

from index.training.glosses import likeliest_glosses
from rodedraad.index.words.gloss_tables import write_gloss_table

ANIMALS = {"kat": "cat", "hond": "dog", "paard": "horse", "vogel": "bird"}
ACTS = {"slaapt": "sleeps", "eet": "eats", "loopt": "walks"}


def test_words_that_translate_each_other_are_found_and_written(tmp_path: Path) -> None:
    rows = [f"De {a} {b} bij Jan\tThe {ANIMALS[a]} {ACTS[b]} near Jan" for a, b in product(ANIMALS, ACTS)]
    for folder, lines in (("pairs", rows * 4), ("dict", ["paard\thorse", "kat\tto cat", "zeldzaam\trare"])):
        (tmp_path / folder).mkdir()
        text = "".join(f"{line}\n" for line in lines)
        (tmp_path / folder / "farm.nl-en.tsv.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "pairs" / "stsb.en-fr.tsv.gz").write_bytes(gzip.compress(b"cat\tchat\n"))
    to_english, to_dutch = likeliest_glosses(tmp_path, "nl", "en")
    assert {word: gloss for word, (gloss, _) in to_english.items()} | ANIMALS == {**ANIMALS, **ACTS}
    assert to_dutch["horse"][0] == "paard"
    assert all(0.85 <= sure <= 1 for _, sure in to_english.values())
    write_gloss_table({"paard": ("horse", 0.987)}, "nl", "en", tmp_path)
    assert gzip.decompress((tmp_path / "nl-en.tsv.gz").read_bytes()) == b"paard\thorse\t99\n"
