"""Prepared: loads what every process of a test needs, so that forks of this one start with it."""

import gc
import os
from functools import lru_cache

# One thread each: a fork has none of the threads that a tokenizer or a session with more would wait for.
os.environ |= {"TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"}

import langchain_text_splitters  # noqa: F401  (imported for the forks)

import rodedraad.index.build
import rodedraad.index.search
import rodedraad.index.store.check
import rodedraad.ingest.readers.text  # noqa: F401  (imported for the forks)
from rodedraad.index.encoders.bundled import bundled_interaction, bundled_static, bundled_verifier
from rodedraad.index.words.analysis import analysis
from rodedraad.ingest.language import detect_language
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.ingest.read_documents import read_documents
from tests.reliability.harness import NEW, OLD

analysis(bundled_static())
detect_language("De boeren verkopen wol.")
bundled_verifier()
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
gc.freeze()  # a collection in a fork would write to every page that it shares with this process
