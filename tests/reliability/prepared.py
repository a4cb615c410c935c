"""Prepared: loads what every process of a test needs, so that forks of this one start with it."""

import os
from functools import lru_cache

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import langchain_text_splitters  # noqa: F401  (imported for the forks)

import rodedraad.index.build
import rodedraad.index.search
import rodedraad.index.store.check
import rodedraad.ingest.readers.text  # noqa: F401  (imported for the forks)
from rodedraad.index.encoders.bundled import (
    BUNDLED_ENCODER,
    bundled_contextual,
    bundled_interaction,
    bundled_static,
    bundled_verifier,
)
from rodedraad.index.encoders.onnx_transformer import ENCODER, open_session
from rodedraad.index.encoders.verifier import VERIFIER
from rodedraad.index.words.analysis import analysis
from rodedraad.ingest.language import detect_language
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.ingest.read_documents import read_documents
from tests.reliability.harness import NEW, OLD

analysis(bundled_static())
detect_language("De boeren verkopen wol.")
# One thread each: a fork has none of the threads that a session with more would wait for.
bundled_contextual()._session = open_session(BUNDLED_ENCODER / ENCODER, threads=1)
bundled_verifier()._session = open_session(BUNDLED_ENCODER / VERIFIER, threads=1)
interaction = bundled_interaction()
# What the encoder makes of a text does not depend on the index: the texts that all look for are read once.
interaction.question = lru_cache(interaction.question)  # type: ignore[method-assign]
for text in {*OLD.values(), *NEW.values()}:
    interaction.question(text, 0)
    interaction._read(text)
# Plain text is safe to read without a child process, and starting one takes most of the time.
ParserPool.read_documents = lambda self, source, data: read_documents(source, data)  # type: ignore[method-assign]
# Nothing is really lost that is not flushed: others find in the memory of the system what was written.
os.fsync = lambda descriptor: None
