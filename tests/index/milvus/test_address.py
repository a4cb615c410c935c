"""Address: where an index on a Milvus server is."""

import pytest

from rodedraad.index.milvus.address import Address
from rodedraad.ingest.errors import RodeDraadError


@pytest.mark.parametrize(
    ("text", "server", "name"),
    [
        ("milvus://localhost:19530/reports", "http://localhost:19530", "reports"),
        ("milvus://milvus.example.org/reports_2024", "http://milvus.example.org:19530", "reports_2024"),
        ("milvuss://10.0.0.7:443/a", "https://10.0.0.7:443", "a"),
        ("milvus://[::1]:19530/reports", "http://[::1]:19530", "reports"),
    ],
)
def test_an_address_names_a_server_and_an_index(text: str, server: str, name: str) -> None:
    address = Address.of(text)
    assert (address.server, address.name) == (server, name)
    assert Address.of(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "localhost:19530/reports",
        "milvus://localhost:19530",
        "milvus://localhost:19530/",
        "milvus://localhost:19530/my reports",
        "milvus://localhost:19530/2024",
        "milvus://localhost:190530000/reports",
        "milvus://localhost:19530/reports/more",
        "http://localhost:19530/reports",
        "milvus://local host/reports",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(RodeDraadError, match="such as milvus://localhost:19530/reports"):
        Address.of(text)


def test_a_password_does_not_belong_in_an_address() -> None:
    with pytest.raises(RodeDraadError, match="RODEDRAAD_MILVUS_TOKEN") as caught:
        Address.of("milvus://an:geheim@localhost:19530/reports")
    assert "geheim" not in str(caught.value)
