"""Prepared: loads what every process of a test needs, so that forks of this one start with it."""

import os

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import langchain_text_splitters  # noqa: F401

from rodedraad.index.encoders.bundled import bundled_static
from rodedraad.index.words.analysis import analysis
from rodedraad.ingest.language import detect_language
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.ingest.read_file import read_document

analysis(bundled_static())
detect_language("De boeren verkopen wol.")
# Plain text is safe to read without a child process, and starting one takes most of the time.
ParserPool.read_document = lambda self, source, data: read_document(source, data)  # type: ignore[method-assign]
