"""Symbol fonts: the Unicode characters for those that Symbol and Wingdings draw in place of letters."""

TICKED, UNTICKED = "☒", "☐"
"""How the boxes of a form are shown."""

_SYMBOL = dict(
    zip(
        [*range(0x20, 0x7F), *range(0xA0, 0xFF)],
        " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
        "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…│─↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\uf8ff〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
        strict=True,
    )
)
"""After Adobe's Symbol encoding."""

_WINGDINGS = {
    0x20: " ", 0x21: "✏", 0x22: "✂", 0x28: "☎", 0x2A: "✉", 0x36: "⌛", 0x41: "✌", 0x43: "👍", 0x44: "👎",
    0x46: "☞", 0x4A: "☺", 0x4B: "😐", 0x4C: "☹", 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: UNTICKED,
    0x70: UNTICKED, 0x71: UNTICKED, 0x72: UNTICKED, 0x75: "◆", 0x76: "❖", 0x77: "◆", 0x78: TICKED,
    0x9E: "·", 0x9F: "•", 0xA1: "○", 0xA7: "▪", 0xA8: UNTICKED, 0xAB: "★", 0xD8: "➢", 0xDF: "←", 0xE0: "→",
    0xE1: "↑", 0xE2: "↓", 0xE7: "←", 0xE8: "→", 0xE9: "↑", 0xEA: "↓", 0xEF: "⇦", 0xF0: "⇨", 0xF1: "⇧",
    0xF2: "⇩", 0xFB: "✗", 0xFC: "✓", 0xFD: TICKED, 0xFE: TICKED,
}  # fmt: skip
_WINGDINGS_2 = {
    0x4F: "✗", 0x50: "✓", 0x51: TICKED, 0x52: TICKED, 0x53: TICKED, 0x54: TICKED, 0xA3: UNTICKED,
    0xA4: UNTICKED, 0x2A: UNTICKED, 0x2B: UNTICKED,
}  # fmt: skip
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}

_PRIVATE = range(0xF020, 0xF100)  # where Word puts the characters of symbol fonts


def is_symbol_font(name: str | None) -> bool:
    """Whether the letters of a font are drawn as symbols that are known here."""
    return (name or "").casefold() in _FONTS


def from_symbols(text: str, font: str | None) -> str:
    """The text with the characters of a symbol font as Unicode; those without meaning are left out.

    Without the name of such a font, characters in Unicode's private area are taken for Wingdings.
    """
    known = _FONTS.get((font or "").casefold())
    if known is None and text.isprintable():
        return text
    return "".join(_character(ord(character), known) for character in text)


def _character(code: int, font: dict[int, str] | None) -> str:
    if code in _PRIVATE:
        return (font or _WINGDINGS).get(code - 0xF000, "")
    return chr(code) if font is None else font.get(code, chr(code) if code > 0xFF else "")
