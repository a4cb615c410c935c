"""Made messages of Outlook: properties in an OLE compound file (MS-CFB, MS-OXMSG), as small as it can be."""

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

SECTOR, SMALL, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

Folder = Mapping[str, Any]
"""The streams, which are bytes, and the folders in a compound file by name."""


def compound(root: Folder) -> bytes:
    """An OLE compound file with this content."""
    entries: list[dict[str, Any]] = []

    def add(name: str, content: Any) -> int:
        place = len(entries)
        entries.append({"name": name, "content": content, "child": FREE, "next": FREE})
        if isinstance(content, Mapping):
            inside = [add(*item) for item in sorted(content.items(), key=lambda i: (len(i[0]), i[0].upper()))]
            for before, after in pairwise(inside):
                entries[before]["next"] = after
            entries[place]["child"] = inside[0] if inside else FREE
        return place

    add("Root Entry", root)
    sectors: list[bytes] = []
    table: list[int] = []
    small, small_table = b"", list[int]()

    def chain(data: bytes, size: int, links: list[int]) -> tuple[int, list[bytes]]:
        pieces = [data[n : n + size].ljust(size, b"\0") for n in range(0, len(data), size)]
        first = len(links)
        links += [*range(first + 1, first + len(pieces)), END] if pieces else []
        return (first if pieces else END), pieces

    for entry in entries:
        data = entry["content"]
        if isinstance(data, Mapping):
            entry["start"], entry["size"] = 0, 0
        elif len(data) < CUTOFF:
            entry["start"], pieces = chain(data, SMALL, small_table)
            small += b"".join(pieces)
            entry["size"] = len(data)
        else:
            entry["start"], pieces = chain(data, SECTOR, table)
            sectors += pieces
            entry["size"] = len(data)
    entries[0]["start"], pieces = chain(small, SECTOR, table)
    sectors += pieces
    entries[0]["size"] = len(small)
    small_start, pieces = chain(struct.pack(f"<{len(small_table)}I", *small_table), SECTOR, table)
    sectors += pieces
    listed = b"".join(map(_entry, entries, range(len(entries))))
    listed_start, pieces = chain(listed, SECTOR, table)
    sectors += pieces
    own = 1
    while (len(table) + own) * 4 > own * SECTOR:
        own += 1
    first = len(table)
    table += [FAT] * own
    padded = table + [FREE] * (own * SECTOR // 4 - len(table))
    sectors += [struct.pack("<128I", *padded[n * 128 : n * 128 + 128]) for n in range(own)]
    head = struct.pack(
        "<8s16xHHHHH6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, own,
        listed_start, 0, CUTOFF, small_start, len(small_table) * 4 // SECTOR + 1, END, 0,
    )  # fmt: skip
    places = [*range(first, first + own), *[FREE] * 109][:109]
    return head + struct.pack("<109I", *places) + b"".join(sectors)


def _entry(entry: dict[str, Any], number: int) -> bytes:
    name = entry["name"].encode("utf-16-le") + b"\0\0"
    kind = 5 if number == 0 else 1 if isinstance(entry["content"], Mapping) else 2
    return struct.pack(
        "<64sHBBIII36xIQ", name, len(name), kind, 1, FREE, entry["next"], entry["child"],
        entry["start"], entry["size"],
    )  # fmt: skip


def properties(head: int, numbers: Mapping[int, int], values: Mapping[int, str | bytes]) -> dict[str, Any]:
    """The streams of a storage: numbers, texts in Unicode, and bytes, by the number of the property."""
    fixed = b"".join(struct.pack("<HHIQ", 3, name, 6, value) for name, value in numbers.items())
    streams: dict[str, Any] = {"__properties_version1.0": bytes(head) + fixed}
    for name, value in values.items():
        text = isinstance(value, str)
        streams[f"__substg1.0_{name:04X}{'001F' if text else '0102'}"] = (
            value.encode("utf-16-le") if isinstance(value, str) else value
        )
    return streams


def message(
    values: Mapping[int, str | bytes],
    numbers: Mapping[int, int] = {},
    recipients: Sequence[Folder] = (),
    attachments: Sequence[Folder] = (),
    head: int = 32,
) -> dict[str, Any]:
    """The content of a message."""
    return {
        **properties(head, numbers, values),
        **{f"__recip_version1.0_#{n:08X}": inside for n, inside in enumerate(recipients)},
        **{f"__attach_version1.0_#{n:08X}": inside for n, inside in enumerate(attachments)},
    }


def recipient(name: str, address: str, kind: int) -> dict[str, Any]:
    return properties(8, {0x0C15: kind}, {0x3001: name, 0x39FE: address})


def attachment(name: str, data: bytes, media_type: str = "") -> dict[str, Any]:
    return properties(8, {0x3705: 1}, {0x3707: name, 0x370E: media_type, 0x3701: data})


def attached_message(inside: dict[str, Any]) -> dict[str, Any]:
    return {**properties(8, {0x3705: 5}, {}), "__substg1.0_3701000D": inside}
