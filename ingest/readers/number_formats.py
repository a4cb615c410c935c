"""Number formats: numbers and dates as a spreadsheet shows them, by the format code of their cell."""

import math
import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

GENERAL = "General"

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "#,##0", 6: "#,##0", 7: "#,##0.00", 8: "#,##0.00",
    9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "SHORT", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "SHORT h:mm", 37: "#,##0",
    38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "0.0E+0",
}  # fmt: skip
"""The codes of the formats that a file gives by number alone, after ECMA-376 part 1, 18.8.30."""

_SHORT_DATES = {"nl": "d-m-yyyy", "fr": "dd/mm/yyyy", "es": "dd/mm/yyyy", "de": "dd.mm.yyyy"}
_MARKS = {"nl": (".", ","), "es": (".", ","), "de": (".", ","), "fr": ("\u202f", ",")}
"""The marks between thousands and before decimals."""

_MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_SHORT_MONTHS = {
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "de": "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
}
_DAYS = {
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
}
_SHORT_DAY = {"nl": 2, "en": 3, "fr": 3, "es": 3, "de": 2}  # letters
_LANGUAGES = {0x07: "de", 0x09: "en", 0x0A: "es", 0x0C: "fr", 0x13: "nl"}
"""Languages by the low ten bits of the code that Windows has for them."""

_TOKEN = re.compile(
    r"""(?xi) "(?P<quoted>[^"]*)" | \\(?P<escaped>.) | _. | \*.
    | \[\$ (?P<currency>[^\]-]*) (?:-(?P<locale>[0-9a-f]+))? \] | \[ (?P<elapsed>h+|m+|s+) \] | \[[^\]]*\]
    | (?P<digits>General | [0\#?.][0\#?,.]*(?:E[+-]0+)?) | (?P<date>AM/PM|A/P|SHORT|y+|m+|d+|h+|s+(?:\.0+)?)
    | (?P<other>.)"""
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_LARGEST_DATE = 2_958_465  # 31 December 9999
_EXACT = 11  # digits that a cell without a format shows


class _Token(NamedTuple):
    kind: str  # "text", "date", "elapsed" or "digits"
    text: str


class _Section(NamedTuple):
    tokens: tuple[_Token, ...]
    is_date: bool
    language: str | None  # that the code gives
    percent: int  # signs
    condition: tuple[str, float] | None


def is_date(code: str) -> bool:
    """Whether a format code shows a number as a date or a time."""
    return _sections(code)[0].is_date


def shown_number(value: float, code: str, language: str, from_1904: bool = False) -> str:
    """A number as its format code shows it, with the decimal mark and the month names of a language.

    `language`: ISO 639-1. `from_1904`: whether days are counted from 1904, as by Excel for Mac of old.
    Fractions are written as decimals.
    """
    section, sign = _section_for(value, code)
    if section is None:
        return _general(value, language)
    if section.is_date:
        moment = _moment(value, from_1904)
        return _general(value, language) if moment is None else _date(moment, value, section, language)
    return sign + _number(abs(value), section, language)


def _section_for(value: float, code: str) -> tuple[_Section | None, str]:
    """The part of a format code that applies to a value, and the sign to put before it."""
    sections = _sections(code)
    sign = "-" if value < 0 else ""
    if code.strip().casefold() in ("", "general", "standard", "@"):
        return None, ""
    for section in sections:
        if section.condition and _holds(value, *section.condition):
            return section, sign
    if any(section.condition for section in sections):
        return sections[-1], sign
    if value < 0 and len(sections) > 1:
        return sections[1], ""
    if value == 0 and len(sections) > 2:
        return sections[2], ""
    return sections[0], sign


def _holds(value: float, sign: str, bound: float) -> bool:
    return {
        "<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound,
        "=": value == bound, "<>": value != bound,
    }[sign]  # fmt: skip


@lru_cache(maxsize=500)
def _sections(code: str) -> tuple[_Section, ...]:
    parts, quoted = [""], False
    for character in code[:500]:
        quoted ^= character == '"'
        if character == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return tuple(map(_section, parts))


def _section(code: str) -> _Section:
    tokens: list[_Token] = []
    language, percent = None, 0
    for found in _TOKEN.finditer(code):
        kind, text = found.lastgroup, found[found.lastgroup] if found.lastgroup else ""
        if kind == "locale":
            language = _LANGUAGES.get(int(text[-8:], 16) & 0x3FF, language)
            text = found["currency"] or ""
            if code[found.start() :].casefold().startswith(("[$-f800]", "[$-x-sysdate]")):
                return _section("dddd d mmmm yyyy")
        elif kind == "other" and text == "%":
            percent += 1
        if kind in ("date", "elapsed", "digits"):
            tokens.append(_Token(kind, text if kind == "digits" else text.casefold()))
        elif text:
            tokens.append(_Token("text", text))
    condition = _CONDITION.search(code)
    return _Section(
        tuple(tokens),
        any(token.kind in ("date", "elapsed") for token in tokens),
        language,
        percent,
        (condition[1], float(condition[2])) if condition else None,
    )


def _moment(value: float, from_1904: bool) -> datetime | None:
    """The date and time of a number of days; None if it is before or after those of a spreadsheet."""
    if not 0 <= value <= _LARGEST_DATE:
        return None
    epoch = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    if not from_1904 and value < 60:
        epoch += timedelta(days=1)  # Excel counts 29 February 1900, which never was
    return epoch + timedelta(seconds=round(value * 86_400, 3))


def _date(moment: datetime, value: float, section: _Section, language: str) -> str:
    language = section.language or language
    tokens = _short_dates(section.tokens, language)
    names = language if language in _MONTHS else "en"
    in_halves = any(token.text in ("am/pm", "a/p") for token in tokens)
    rounded = moment + timedelta(milliseconds=500)
    written, before = [], ""
    for place, token in enumerate(tokens):
        text = token.text
        if token.kind == "elapsed":
            seconds = round(value * 86_400)
            written.append(str(seconds // {"h": 3600, "m": 60, "s": 1}[text[0]]).zfill(len(text)))
        elif token.kind == "date":
            if text[0] == "m" and len(text) < 3 and _are_minutes(before, tokens[place + 1 :]):
                text = "n" * len(text)
            written.append(_date_field(text, rounded, names, in_halves))
        elif token.kind == "text":
            written.append(token.text)
        before = text if token.kind in ("date", "elapsed") else before
    return "".join(written).strip()


def _short_dates(tokens: tuple[_Token, ...], language: str) -> list[_Token]:
    """The tokens, with the short date of a language in place of the format that stands for it."""
    found: list[_Token] = []
    for token in tokens:
        if token == ("date", "short"):
            found += _section(_SHORT_DATES.get(language, "yyyy-mm-dd")).tokens
        else:
            found.append(token)
    return found


def _are_minutes(before: str, after: list[_Token]) -> bool:
    """Whether the letter m is for minutes: after the hours, or before the seconds."""
    following = next((token.text for token in after if token.kind in ("date", "elapsed")), "")
    return before[:1] == "h" or following[:1] == "s"


def _date_field(letters: str, moment: datetime, language: str, in_halves: bool) -> str:
    """A part of a date; "n" is for minutes."""
    length = len(letters)
    match letters[0]:
        case "y":
            return f"{moment.year:04}" if length > 2 else f"{moment.year % 100:02}"
        case "m" if length == 4:
            return _MONTHS[language].split()[moment.month - 1]
        case "m" if length > 2:
            short = _SHORT_MONTHS[language].split()[moment.month - 1]
            return short if length == 3 else short[0]
        case "d" if length > 2:
            name = _DAYS[language].split()[moment.weekday()]
            return name if length > 3 else name[: _SHORT_DAY[language]]
        case "a":
            return "AM" if moment.hour < 12 else "PM"
        case "h" if in_halves:
            return str((moment.hour - 1) % 12 + 1).zfill(min(length, 2))
    number = {"m": moment.month, "d": moment.day, "h": moment.hour, "n": moment.minute, "s": moment.second}
    return str(number[letters[0]]).zfill(2 if length > 1 else 1)


def _number(value: float, section: _Section, language: str) -> str:
    digits = [token.text for token in section.tokens if token.kind == "digits"]
    if not digits:
        return "".join(token.text for token in section.tokens).strip()
    is_fraction = ("text", "/") in section.tokens
    if is_fraction or not math.isfinite(value) or value >= 1e15 or "General" in map(str.title, digits):
        parts = [_general(value, language)]
    elif len(digits) > 1 and "." not in "".join(digits):
        parts = _spread(value, digits)
    else:
        parts = [_decimal(value * 100**section.percent, digits[0], language)]
    if is_fraction:
        return parts[0]
    following = iter(parts)
    return "".join(
        next(following, "") if token.kind == "digits" else token.text for token in section.tokens
    ).strip()


def _spread(value: float, groups: list[str]) -> list[str]:
    """The digits of a number over several groups, as in "000-000" for a telephone number."""
    left = str(round(value))
    parts: list[str] = []
    for group in reversed(groups[1:]):
        size = len(group)
        parts.append(left[-size:].zfill(group.count("0")))
        left = left[:-size]
    return [left.zfill(groups[0].count("0")), *reversed(parts)]


def _decimal(value: float, code: str, language: str) -> str:
    """A number in the form of placeholders such as "#,##0.00"; `value` is not negative."""
    mantissa, _, exponent = code.casefold().partition("e")
    if exponent:
        places = len(mantissa.partition(".")[2])
        written = f"{value:.{places}E}"
        return written.replace(".", _marks(language)[1])
    whole, _, decimals = code.partition(".")
    scale = len(code) - len(code.rstrip(","))
    exact = Decimal(repr(value)) / 1000**scale
    most = sum(each in "0#?" for each in decimals)
    rounded = exact.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
    before, _, after = f"{rounded:f}".partition(".")
    after = after[: decimals.count("0")] + after[decimals.count("0") :].rstrip("0")
    least = whole.count("0")
    before = "" if before == "0" and not least else before.zfill(least)
    thousands, mark = _marks(language)
    if "," in whole.rstrip(","):
        before = f"{int(before or 0):,}".replace(",", thousands) if before else ""
    return before + (mark + after if after else "")


def _general(value: float, language: str) -> str:
    """A number as a cell without a format shows it, but with all digits of a whole number."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.{_EXACT}G}".replace(".", _marks(language)[1])


def _marks(language: str) -> tuple[str, str]:
    return _MARKS.get(language, (",", "."))
