"""A LangChain retriever: passages as LangChain documents, with the fields of a citation.

retriever = RodeDraadRetriever(index=rodedraad.open_index(".rodedraad"))
documents = retriever.invoke("Hoeveel gezinnen leven van koffie?")
"""

from dataclasses import asdict
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rodedraad.answering.answer import Answer, answer
from rodedraad.index.search import Hit, Searcher


class RodeDraadRetriever(BaseRetriever):
    """The passages nearest to a question, best first.

    The metadata of each: `source` (the document's id), `title`, `author`, `publisher`, `date`, `url`,
    `language`, `page`, `section`, `start` and `end` (characters of the reading text), `score`, `quotes`
    (what answers in it, verbatim) and `confidence` (0 to 1, that the documents hold an answer). `quotes`
    is empty in all of them where the documents hold no answer.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Searcher
    passages: int = 4

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        found = answer(self.index, query, passages=self.passages)
        return [
            Document(id=f"{hit.document.id}:{hit.passage.start}", page_content=hit.passage.text,
                     metadata=_metadata(found, hit))
            for hit in found.hits[: self.passages]
        ]  # fmt: skip


def _metadata(found: Answer, hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    inside = [
        quote.text
        for quote in found.quotes
        if quote.document.id == passage.document_id and passage.start <= quote.start < passage.end
    ]
    return {
        "source": passage.document_id,
        **asdict(hit.document.citation),
        "title": hit.document.title,
        "language": passage.language,
        "page": passage.page,
        "section": list(passage.section),
        "start": passage.start,
        "end": passage.end,
        "score": hit.score,
        "quotes": inside,
        "confidence": found.confidence,
    }
