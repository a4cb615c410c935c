"""Prepared: loads what every process of a test needs, so that forks of this one start with it."""

import os

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import langchain_text_splitters  # noqa: F401
import onnxruntime

import rodedraad.index.build
import rodedraad.index.search
import rodedraad.index.store.check
import rodedraad.ingest.readers.text  # noqa: F401
from rodedraad.index.encoders.bundled import (
    BUNDLED_ENCODER,
    bundled_contextual,
    bundled_interaction,
    bundled_static,
)
from rodedraad.index.encoders.onnx_transformer import ENCODER
from rodedraad.index.words.analysis import analysis
from rodedraad.ingest.language import detect_language
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.ingest.read_file import read_document

analysis(bundled_static())
detect_language("De boeren verkopen wol.")
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1  # a fork has none of the threads that a session with more would wait for
bundled_contextual()._session = onnxruntime.InferenceSession(
    BUNDLED_ENCODER / ENCODER, options, providers=["CPUExecutionProvider"]
)
bundled_interaction()
# Plain text is safe to read without a child process, and starting one takes most of the time.
ParserPool.read_document = lambda self, source, data: read_document(source, data)  # type: ignore[method-assign]
