"""The Python API: the example of the package's docstring, and a LangChain chain."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rodedraad

FOUNDED = "De coöperatie Cepicafe (Central Piurana de Cafetaleros) bestaat sinds 1995"


def test_the_example_of_the_docstring_runs(corpus: Path, tmp_path: Path) -> None:
    example = re.search(r"(?m)^    import rodedraad(?:\n|    .*\n)+", rodedraad.__doc__ or "")
    assert example
    program = "\n".join(line.removeprefix("    ") for line in example[0].splitlines())
    (tmp_path / "corpus").mkdir()
    shutil.copy2(corpus / "vijf-projecten-in-peru.txt", tmp_path / "corpus")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert FOUNDED in done.stdout
    assert "(vijf-projecten-in-peru.txt)" in done.stdout


def test_the_values_are_the_classes_of_what_is_given(home: Path) -> None:
    index = rodedraad.open_index(str(home))
    answer = rodedraad.ask(index, "Sinds wanneer bestaat de coöperatie Cepicafe?")
    assert isinstance(answer, rodedraad.Answer)
    assert isinstance(answer.quotes[0], rodedraad.Quote)
    assert isinstance(answer.hits[0].passage, rodedraad.Passage)
    follow_up = rodedraad.ask(index, "En waar ligt die?", [answer])
    assert follow_up.understood_as == "Sinds wanneer bestaat de coöperatie Cepicafe? En waar ligt die?"


def test_a_name_that_there_is_not_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'answers'"):
        rodedraad.answers  # noqa: B018
    assert "Answer" in rodedraad.__all__


def test_what_goes_wrong_is_one_kind_of_error(tmp_path: Path) -> None:
    with pytest.raises(rodedraad.RodeDraadError, match="There is no index"):
        rodedraad.open_index(tmp_path)
    with pytest.raises(rodedraad.RodeDraadError, match="There is no folder"):
        rodedraad.update_index(tmp_path / "none", tmp_path / "home")


def test_a_langchain_chain_gets_passages_with_their_citations(home: Path) -> None:
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.runnables import RunnableLambda, RunnablePassthrough

    from rodedraad.langchain import RodeDraadRetriever

    retriever = RodeDraadRetriever(index=rodedraad.open_index(home), passages=3)
    documents = retriever.invoke("Sinds wanneer bestaat de coöperatie Cepicafe?")
    assert len(documents) == 3
    best = documents[0]
    assert FOUNDED in best.page_content
    assert best.metadata["source"] == "vijf-projecten-in-peru.txt"
    assert best.metadata["title"] == "vijf-projecten-in-peru.txt"
    assert best.metadata["language"] == "nl"
    assert FOUNDED in best.metadata["quotes"][0]
    assert best.metadata["end"] - best.metadata["start"] == len(best.page_content)

    def cited(found: list) -> str:  # type: ignore[type-arg]
        return "\n".join(f"{d.page_content} ({d.metadata['title']})" for d in found)

    prompt = ChatPromptTemplate.from_template("{context}\n\n{question}")
    chain = (
        {"context": retriever | cited, "question": RunnablePassthrough()}
        | prompt
        | RunnableLambda(lambda value: value.to_string())
        | StrOutputParser()
    )
    text = chain.invoke("Sinds wanneer bestaat de coöperatie Cepicafe?")
    assert FOUNDED in text
    assert text.endswith("Sinds wanneer bestaat de coöperatie Cepicafe?")


def test_a_langchain_retriever_has_no_quotes_where_the_documents_have_no_answer(home: Path) -> None:
    from rodedraad.langchain import RodeDraadRetriever

    retriever = RodeDraadRetriever(index=rodedraad.open_index(home))
    documents = retriever.invoke("Who painted Las Meninas?")
    assert [document.metadata["quotes"] for document in documents] == [[], [], [], []]
