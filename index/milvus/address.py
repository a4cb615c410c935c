"""Address: a Milvus server, and the name of an index on it."""

import re
from dataclasses import dataclass

from rodedraad.ingest.errors import RodeDraadError

PORT = 19530

_FORM = re.compile(r"milvus(s?)://([\w.-]+|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?/([A-Za-z][A-Za-z0-9_]{0,60})")


@dataclass(frozen=True, slots=True)
class Address:
    """The address of an index: milvus://HOST:PORT/NAME, or milvuss:// where the connection is encrypted."""

    host: str
    port: int
    name: str
    encrypted: bool = False

    @classmethod
    def of(cls, text: str) -> "Address":
        """The address in a text; raises RodeDraadError if it is none, or holds a password."""
        if "@" in text:
            raise RodeDraadError(
                "The address of a store holds no user or password: put them in RODEDRAAD_MILVUS_TOKEN, as "
                "user:password."
            )
        found = _FORM.fullmatch(text)
        if not found:
            raise RodeDraadError(
                f"{text!r} is not an address of a store, such as milvus://localhost:19530/reports; the "
                "name has letters, digits and _, and begins with a letter."
            )
        encrypted, host, port, name = found.groups()
        return cls(host, int(port or PORT), name, bool(encrypted))

    @property
    def server(self) -> str:
        """The address of the server alone, as its client takes it."""
        return f"{'https' if self.encrypted else 'http'}://{self.host}:{self.port}"

    def __str__(self) -> str:
        """The address as it is written."""
        return f"milvus{'s' if self.encrypted else ''}://{self.host}:{self.port}/{self.name}"
