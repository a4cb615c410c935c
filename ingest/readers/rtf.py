"""RTF: the text of a rich text file, as of WordPad, TextEdit and older versions of Word."""

import re
from dataclasses import dataclass, replace

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.lines import HEADING_LEVELS, Content, one_line
from rodedraad.ingest.readers.headers_and_footers import with_headers_and_footers
from rodedraad.ingest.readers.raised import Above
from rodedraad.ingest.readers.rtf_flow import Flow
from rodedraad.ingest.readers.rtf_tokens import Token, encoding_of_charset, encoding_of_page, tokens
from rodedraad.ingest.readers.symbol_fonts import TICKED, UNTICKED, from_symbols, is_symbol_font
from rodedraad.ingest.readers.unread import LEFT_OUT

DEEPEST_GROUP = 2_000
"""Groups in each other."""

_START = re.compile(rb"\s*\{\\rtf")
_SIGNS = {
    "~": "\u00a0", "_": "-", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "tab": "\t", "line": "\n", "lbr": "\n", "emspace": " ",
    "enspace": " ", "qmspace": " ", "{": "{", "}": "}", "\\": "\\",
}  # fmt: skip
_HEADERS = frozenset(["header", "headerl", "headerr", "headerf"])
_FOOTERS = frozenset(["footer", "footerl", "footerr", "footerf"])
_SKIPPED = frozenset(
    "pict colortbl fldinst annotation atnid atnauthor listtable listoverridetable themedata datastore "
    "nonshppict nonesttables filetbl revtbl shpinst shprslt upr xe tc tcn operator comment keywords "
    "subject doccomm company manager category hlinkbase".split()
)
_STARRED = frozenset(["ud", "nesttableprops", "shpinst", "formfield", "mmath", "moMath", "footnote"])
_TARGETS = {
    "fonttbl": "font",
    "stylesheet": "style",
    "info": "info",
    "listtext": "mark",
    "pntext": "mark",
    "nesttableprops": "nested",
}
_HEADING = re.compile(r"(?i)heading (\d)")
_HIDING = frozenset(["v", "strike", "striked", "deleted"])


@dataclass(slots=True)
class _State:
    """What holds until the end of a group."""

    target: str = "text"  # what its text is: "text", "skipped", "mark", "font", "style", "form" or metadata
    encoding: str = "cp1252"
    font: str = ""
    after_unicode: int = 1  # characters that replace one in Unicode
    hidden: frozenset[str] = frozenset()  # why its text is left out
    above: bool = False  # whether its text is above the line
    style: int = 0
    outline: int | None = None
    in_table: bool = False


def read_rtf(data: bytes) -> Content:
    """A rich text file; raises UnreadableDocument for bytes that are not rich text."""
    if not _START.match(data[:100]):
        raise UnreadableDocument("it is damaged, or not rich text (RTF)")
    rich = _RichText()
    for token in tokens(data):
        rich.take(token)
        if rich.is_over:
            break
    is_whole = rich.is_over
    rich.end()
    found = rich.metadata
    citation = Citation(
        title=one_line(found.get("title", "")) or None,
        author=one_line(found.get("author", "")) or None,
        date=rich.date(),
    )
    unread = [LEFT_OUT] if rich.left_out else []
    if not is_whole:
        unread.append(Reason("its end is missing"))
    lines = with_headers_and_footers(rich.headers, rich.flow.lines, rich.footers)
    return Content(lines, citation=citation, unread=tuple(unread))


class _RichText:
    """What was read of a rich text file so far."""

    def __init__(self) -> None:
        self.flow = Flow()  # that text goes into
        self.headers, self.footers = Flow(), Flow()
        self.metadata: dict[str, str] = {}
        self.left_out = self.is_over = False
        self._state = _State()
        self._outer: list[tuple[_State, Flow]] = []
        self._starred = False
        self._bytes = b""  # of text, not yet decoded
        self._skip = 0  # characters that replace one in Unicode
        self._encoding = "cp1252"
        self._fonts: dict[int, tuple[str, str]] = {}  # name and encoding
        self._levels: dict[int, int] = {}  # heading levels of styles
        self._entry: dict[str, int] = {}  # numbers of the font, style or field that is being read
        self._name = ""  # of the font or style that is being read
        self.made: dict[str, int] = {}  # the day: yr, mo and dy
        self._default_font = 0
        self._goes_on = False  # whether the cell that is being defined does, from the row above

    def take(self, token: Token) -> None:
        """Take the next token."""
        if token.kind == "bytes":
            skipped = min(self._skip, len(token.data))
            self._skip -= skipped
            self._bytes += token.data[skipped:]
            return
        self._skip = 0
        self._decode()
        match token.kind:
            case "open":
                if len(self._outer) >= DEEPEST_GROUP:
                    raise UnreadableDocument("its parts are nested too deeply")
                self._outer.append((self._state, self.flow))
                self._state = replace(self._state)
            case "close":
                self._close()
            case "word":
                self._word(token.word, token.number)

    def end(self) -> None:
        """End the text, also where groups are still open."""
        self._decode()
        while self._outer:
            self._close()
        self.flow.end()

    def date(self) -> str | None:
        """The day on which the file says it was made, in ISO 8601."""
        year, month, day = (self.made.get(name, 0) for name in ("yr", "mo", "dy"))
        return f"{year:04}-{month:02}-{day:02}" if year > 0 and 0 < month < 13 and 0 < day < 32 else None

    def _decode(self) -> None:
        if self._bytes:
            state, data, self._bytes = self._state, self._bytes, b""
            symbols = is_symbol_font(state.font)
            self._add(data.decode("latin-1" if symbols else state.encoding, "replace"))

    def _add(self, text: str) -> None:
        state = self._state
        match state.target:
            case "text" | "mark":
                if state.hidden:
                    self.left_out = self.left_out or bool(text.strip())
                else:
                    shown = from_symbols(text, state.font if is_symbol_font(state.font) else None)
                    self.flow.add(Above(shown) if state.above else shown, to_mark=state.target == "mark")
            case "font" | "style":
                self._name += text
                if text.endswith(";"):
                    self._end_entry()
            case "title" | "author":
                self.metadata[state.target] = self.metadata.get(state.target, "") + text

    def _close(self) -> None:
        state = self._state
        if not self._outer:
            self.is_over = True
            return
        self._state, flow = self._outer.pop()
        self.is_over = not self._outer
        if state.target == "form" and self._state.target != "form":
            self._add_box()
        elif state.target == "creatim":
            self.made = self._entry
        if flow is not self.flow:
            if self.flow in (self.headers, self.footers):
                self.flow.end()
            else:
                flow.put_aside(self.flow)
            self.flow = flow

    def _word(self, word: str, number: int | None) -> None:
        state = self._state
        if word == "*":
            self._starred = True
            return
        starred, self._starred = self._starred, False
        if word == "formfield":
            state.target, self._entry = "form", {}
        elif word == "shptxt":
            self._begin(Flow())
        elif word == "ud":
            state.target = "text"
        elif state.target == "skipped" or word in _SKIPPED or (starred and word not in _STARRED):
            state.target = "skipped"
        elif state.target in ("font", "style", "form", "creatim"):
            self._entry[word] = 1 if number is None else number
        elif state.target == "nested":
            if word == "nestrow":
                self.flow.end_nested_row()
        elif not self._destination(word) and not self._character(word, number):
            self._paragraph(word, number)

    def _destination(self, word: str) -> bool:
        """Take a word that says what the text of its group is; whether it was one."""
        state = self._state
        if word in _HEADERS or word in _FOOTERS:
            self._begin(self.headers if word in _HEADERS else self.footers)
        elif word == "footnote":
            self._begin(Flow())
        elif word in _TARGETS:
            state.target, self._entry, self._name = _TARGETS[word], {}, ""
        elif state.target == "info" and word in ("title", "author", "creatim"):
            state.target, self._entry = word, {}
        else:
            return False
        return True

    def _begin(self, flow: Flow) -> None:
        """Let the text of this group go into another flow."""
        self.flow = flow
        self._state = _State(encoding=self._state.encoding, after_unicode=self._state.after_unicode)

    def _character(self, word: str, number: int | None) -> bool:
        """Take a word about characters, or one that stands for some; whether it was one."""
        state = self._state
        if word in _SIGNS:
            self._add(_SIGNS[word])
        elif word in _HIDING:
            state.hidden = state.hidden - {word} if number == 0 else state.hidden | {word}
        elif word in ("super", "up", "nosupersub", "sub", "dn"):
            state.above = word in ("super", "up") and number != 0
        elif word in ("ansicpg", "mac", "pc", "pca"):
            page = {"mac": 10000, "pc": 437, "pca": 850}.get(word, number or 1252)
            self._encoding = state.encoding = encoding_of_page(page)
        elif word == "deff":
            self._default_font = number or 0
        elif word in ("f", "plain"):
            font = self._default_font if word == "plain" else number or 0
            state.font, state.encoding = self._fonts.get(font, ("", self._encoding))
            if word == "plain":
                state.hidden, state.above = frozenset(), False
        elif word == "uc":
            state.after_unicode = min(max(number or 0, 0), 9)
        elif word == "u":
            code = (number or 0) % 0x10000 if (number or 0) < 0 else number or 0
            self._add(chr(code) if code < 0x110000 else "\ufffd")
            self._skip = state.after_unicode
        else:
            return False
        return True

    def _paragraph(self, word: str, number: int | None) -> None:
        """Take a word about paragraphs and tables; others mean nothing here."""
        state, flow = self._state, self.flow
        match word:
            case "par" | "sect" | "\n" | "\r":
                flow.end_paragraph(self._level(), state.in_table)
            case "pard":
                state.style, state.outline, state.in_table = 0, None, False
            case "s":
                state.style = number or 0
            case "outlinelevel":
                state.outline = number
            case "intbl":
                state.in_table = True
            case "itap":
                state.in_table = bool(number)
            case "cell" | "nestcell":
                flow.end_cell(nested=word == "nestcell")
            case "row":
                flow.end_row()
            case "trowd":
                flow.begin_row()
                self._goes_on = False
            case "clvmrg":
                self._goes_on = True
            case "cellx":
                flow.define_cell(self._goes_on)
                self._goes_on = False

    def _level(self) -> int:
        """The heading level of the paragraph; 1 for the title, 0 for other text."""
        outline = self._state.outline
        if outline is not None:
            return outline + 2 if 0 <= outline < HEADING_LEVELS else 0
        return self._levels.get(self._state.style, 0)

    def _end_entry(self) -> None:
        """Keep the font or style that was read."""
        name, entry = self._name.rstrip(";").strip(), self._entry
        if self._state.target == "font":
            charset = entry.get("fcharset", 0)
            encoding = encoding_of_charset(charset) if charset > 2 else self._encoding
            if "cpg" in entry:
                encoding = encoding_of_page(entry["cpg"])
            self._fonts[entry.get("f", 0)] = (name, encoding)
        else:
            heading = _HEADING.fullmatch(name)
            level = 1 if name.casefold() == "title" else int(heading[1]) + 1 if heading else 0
            if "outlinelevel" in entry and not level:
                level = entry["outlinelevel"] + 2 if 0 <= entry["outlinelevel"] < HEADING_LEVELS else 0
            self._levels[entry.get("s", 0)] = level
        self._entry, self._name = {}, ""

    def _add_box(self) -> None:
        """Add the box of a form, if the field that was read is one."""
        if self._entry.get("fftype") == 1:
            result = self._entry.get("ffres", 25)  # which stands for the default
            ticked = self._entry.get("ffdefres", 0) if result == 25 else result
            self.flow.add(TICKED if ticked else UNTICKED)
