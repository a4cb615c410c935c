"""Prepared: what every process of a test would load by itself; forks of this have it from the start."""

import os

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import langchain_text_splitters  # noqa: F401

from rodedraad.index.encoders.bundled import bundled_static
from rodedraad.index.words.analysis import analysis
from rodedraad.ingest.language import detect_language
from rodedraad.ingest.parser_pool import Parsers
from rodedraad.ingest.read_file import read_document

analysis(bundled_static())
detect_language("De boeren verkopen wol.")
# Plain text needs no child process to be read in safely, and starting one is most of the time.
Parsers.read_document = lambda self, source, data: read_document(source, data)  # type: ignore[method-assign]
