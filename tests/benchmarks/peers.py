"""Peers: stores of other libraries over the same passages, with the vectors of the bundled encoder.

Each is saved in a folder of its own and opened from there, as its documentation shows, with its defaults.

Needs `pip install -c constraints.txt -e '.[bench]'`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rodedraad.index.encoders.base import Vectors
from rodedraad.index.encoders.bundled import bundled_contextual

FOUND = 10
"""Passages that are asked for."""

Ask = Callable[[str], list[str]]
"""The texts of the passages that a store finds for a question, best first."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A library's store: how it is saved with texts and their vectors, and how it is opened."""

    name: str
    save: Callable[[Path, Sequence[str], Vectors], None]
    load: Callable[[Path], Ask]


def _question(text: str) -> list[float]:
    vector: list[float] = bundled_contextual().questions([text])[0].tolist()
    return vector


def _langchain_encoder() -> Any:
    from langchain_core.embeddings import Embeddings

    class Bundled(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [vector.tolist() for vector in bundled_contextual().passages(texts)]

        def embed_query(self, text: str) -> list[float]:
            return _question(text)

    return Bundled()


def _save_langchain(folder: Path, texts: Sequence[str], vectors: Vectors) -> None:
    from langchain_community.vectorstores import FAISS

    pairs = list(zip(texts, vectors.tolist(), strict=True))
    FAISS.from_embeddings(pairs, _langchain_encoder()).save_local(str(folder))


def _load_langchain(folder: Path) -> Ask:
    from langchain_community.vectorstores import FAISS

    store = FAISS.load_local(str(folder), _langchain_encoder(), allow_dangerous_deserialization=True)
    return lambda question: [found.page_content for found in store.similarity_search(question, k=FOUND)]


def _llama_index_encoder() -> Any:
    from llama_index.core.embeddings import BaseEmbedding

    class Bundled(BaseEmbedding):
        def _get_query_embedding(self, query: str) -> list[float]:
            return _question(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return _question(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            vector: list[float] = bundled_contextual().passages([text])[0].tolist()
            return vector

    return Bundled()


def _save_llama_index(folder: Path, texts: Sequence[str], vectors: Vectors) -> None:
    import faiss
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode
    from llama_index.vector_stores.faiss import FaissVectorStore

    store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(vectors.shape[1]))
    pairs = zip(texts, vectors.tolist(), strict=True)
    nodes = [TextNode(text=text, embedding=vector) for text, vector in pairs]
    context = StorageContext.from_defaults(vector_store=store)
    VectorStoreIndex(nodes, storage_context=context, embed_model=_llama_index_encoder())
    context.persist(str(folder))


def _load_llama_index(folder: Path) -> Ask:
    from llama_index.core import StorageContext, load_index_from_storage
    from llama_index.vector_stores.faiss import FaissVectorStore

    store = FaissVectorStore.from_persist_dir(str(folder))
    context = StorageContext.from_defaults(vector_store=store, persist_dir=str(folder))
    index = load_index_from_storage(context, embed_model=_llama_index_encoder())
    retriever = index.as_retriever(similarity_top_k=FOUND)
    return lambda question: [found.text for found in retriever.retrieve(question)]


def _save_txtai(folder: Path, texts: Sequence[str], vectors: Vectors) -> None:
    from txtai import Embeddings

    known = dict(zip(texts, vectors, strict=True))
    store = Embeddings(
        method="external", transform=lambda asked: np.array([known[text] for text in asked]), content=True
    )
    store.index(texts)
    store.save(str(folder))


def _load_txtai(folder: Path) -> Ask:
    from txtai import Embeddings

    store = Embeddings()
    store.load(str(folder), config={"transform": lambda asked: bundled_contextual().questions(asked)})
    return lambda question: [found["text"] for found in store.search(question, FOUND)]


PEERS = {
    "langchain": Peer("LangChain, FAISS", _save_langchain, _load_langchain),
    "llama_index": Peer("LlamaIndex, FAISS", _save_llama_index, _load_llama_index),
    "txtai": Peer("txtai", _save_txtai, _load_txtai),
}
