"""OOXML: the parts of a Word, PowerPoint or Excel file, and how they refer to each other."""

import posixpath
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree
from lxml.etree import _Element as Element

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import DamagedPart, Reason, UnreadableDocument
from rodedraad.ingest.lines import Line
from rodedraad.ingest.readers.unread import COMMENTS, listed
from rodedraad.ingest.xml_elements import attribute, dublin_core
from rodedraad.ingest.zip_limits import LimitedZip

_EMBEDDED = frozenset(["package", "oleObject"])


class Relation(NamedTuple):
    """What a part refers to: another part, and what that is to it, such as "footnotes"."""

    kind: str
    target: str


class Package(LimitedZip):
    """The parts of an Office Open XML file."""

    def __init__(self, data: bytes) -> None:
        """Open the file; raises UnreadableDocument as `LimitedZip` does."""
        super().__init__(data)
        self._relations: dict[str, dict[str, Relation]] = {}
        self._damaged: dict[str, UnreadableDocument] = {}

    def main_part(self, usual: str) -> str:
        """The name of the part with the document itself: `usual` where the file does not say."""
        found = self.related("", "officeDocument")
        return found[0] if found and found[0] in self else usual

    def relations(self, part: str) -> dict[str, Relation]:
        """What a part refers to inside the file, by the id of the relationship."""
        if part not in self._relations:
            folder, name = posixpath.split(part)
            self._relations[part] = {
                each.get("Id", ""): Relation(
                    posixpath.basename(each.get("Type", "")), _resolved(folder, each.get("Target", ""))
                )
                for each in self.optional_xml(posixpath.join(folder, "_rels", f"{name}.rels"))
                if each.get("TargetMode") != "External"
            }
        return self._relations[part]

    def related(self, part: str, kind: str) -> list[str]:
        """The names of the parts that a part refers to as this kind."""
        return [relation.target for relation in self.relations(part).values() if relation.kind == kind]

    def target(self, part: str, reference: Element) -> str:
        """The part that an element refers to with its r:id; empty if there is none."""
        for key, value in reference.attrib.items():
            if str(key).endswith("}id"):
                relation = self.relations(part).get(str(value))
                return relation.target if relation else ""
        return ""

    def extra(self, part: str) -> Element | None:
        """The root of a part without which the document can be read; None if it is damaged."""
        try:
            return self.xml(part)
        except DamagedPart as error:
            self.miss(part, error)
            return None

    def root_of(self, part: str, kind: str) -> Element:
        """The root of the part that is this kind to another; an empty element if there is none."""
        name = next(iter(self.related(part, kind)), f"{posixpath.dirname(part)}/{kind}.xml")
        root = self.extra(name) if name in self else None
        return etree.Element("none") if root is None else root

    def diagram(self, part: str, reference: Element) -> str:
        """The part with the text of a SmartArt diagram; empty if there is none."""
        relation = self.relations(part).get(attribute(reference, "dm") or "")
        return relation.target if relation else ""

    def _has_comments(self, part: str) -> bool:
        """Whether somebody commented on a part."""
        found = (self.extra(name) for name in self.related(part, "comments") if name in self)
        return any(root is not None and len(root) for root in found)

    def miss(self, part: str, error: UnreadableDocument) -> None:
        """Name a part that could not be read, for a reason."""
        self._damaged[part] = error

    def check_read(self, lines: list[Line]) -> None:
        """Raise the first of these reasons if nothing was read."""
        if self._damaged and not lines:
            raise next(iter(self._damaged.values()))

    def citation(self) -> tuple[Citation, str | None]:
        """The citation that the file gives of itself, and its language."""
        name = next(iter(self.related("", "core-properties")), "docProps/core.xml")
        core = self.extra(name) if name in self else None
        return (Citation(), None) if core is None else dublin_core(core)

    def unread(self, *parts: str) -> tuple[Reason, ...]:
        """The damaged parts; and the comments on these parts, and the files that are embedded in them."""
        embedded = [
            posixpath.basename(relation.target)
            for part in parts
            for relation in self.relations(part).values()
            if relation.kind in _EMBEDDED
        ]
        reasons = [COMMENTS] if any(map(self._has_comments, parts)) else []
        if self._damaged:
            reasons.append(
                Reason("its parts {parts} are missing or damaged", {"parts": listed(self._damaged)})
            )
        if embedded:
            reasons.append(
                Reason(
                    "its embedded files {files} are not read; save them on their own",
                    {"files": listed(embedded)},
                )
            )
        return tuple(reasons)


def _resolved(folder: str, target: str) -> str:
    target = unquote(target).replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
