"""Alphabets: which letters beyond ASCII languages have, by which encodings of one byte are distinguished."""

from collections.abc import Mapping
from math import log

_WESTERN = {
    "nl": "ëëëëëéééééïïïïööüüèêçáó",
    "fr": "éééééééééééééééèèèèààààêêêççôôîîûûâùœïë",
    "de": "üüüüüüääääääöööößßß",
    "es": "óóóóóóííííáááááéééññúúü",
    "it": "èèèèàààààùùòòìééé",
    "pt": "ããããççççéééáááíííóóêõõúàâô",
    "da": "øøøøøøæææåååååé",
    "sv": "ääääääåååååööööé",
    "fi": "äääääääääääöö",
    "is": "ðððþþííáááúóæöýé",
}
_CENTRAL = {
    "pl": "łłłłłłłłęęęęęąąąąóóóóśśśżżżżććńź",
    "cs": "íííííáááááéééěěěěššččřřřžžýýůůúňďť",
    "sk": "áááááíííéééččššžžýýúúľťťňôäďó",
    "hu": "ééééééééáááááááöööőőóóüüííúű",
    "ro": "ăăăăăîîîââşşşţţţ",
    "hr": "čččššššžžćććđ",
}
_BALTIC = {"lt": "ėėėėššššųųųžžčįįūąę", "lv": "āāāāāīīīšēēēņļžūķģč", "et": "äääääõõõüüüüööš"}
_TURKISH = {"tr": "ııııııııiişşşşğğğüüüüöççç"}

ENCODINGS: Mapping[str, Mapping[str, str]] = {
    "cp1252": _WESTERN,
    "mac_roman": _WESTERN,
    "cp858": _WESTERN,
    "cp437": _WESTERN,
    "iso8859_15": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp852": _CENTRAL,
    "cp1254": _TURKISH,
    "cp1257": _BALTIC,
}
"""The languages of each encoding, and their letters beyond ASCII, each as often as in some thirty of them."""

RARE_LETTER, SIGN, MISPLACED = log(0.01), log(0.3), log(0.001)
"""The logarithm of the share of a letter of another language (or a rare sign), a sign, and a misfit."""

_BESIDE_WORDS = frozenset("“”„‘’‚«»‹›¿¡–—…\xa0")
_SIGNS = frozenset("•·°€£§©®™½¼¾²³¹µ±×÷ªº")


def likelihoods(contexts: Mapping[tuple[bytes, ...], int]) -> dict[str, float]:
    """How well each of ENCODINGS explains bytes, as a logarithm, in its most likely language.

    `contexts` counts each byte beyond ASCII with the bytes before and after it.
    """
    return {name: max(_likelihoods(name, contexts)) for name in ENCODINGS}


def _likelihoods(encoding: str, contexts: Mapping[tuple[bytes, ...], int]) -> list[float]:
    characters = bytes(range(256)).decode(encoding, "replace")
    decoded = [([characters[byte[0]] for byte in context], count) for context, count in contexts.items()]
    found = []
    languages = list(ENCODINGS[encoding].values())
    for letters in (*languages, "".join({*"".join(languages)})):  # the last as in a list of names
        shares = {letter: log(letters.count(letter) / len(letters)) for letter in letters}
        found.append(sum(count * _share(shares, *characters_in) for characters_in, count in decoded))
    return found


def _share(shares: Mapping[str, float], before: str, character: str, after: str) -> float:
    if character.isalpha() and character not in "ªº":
        if character.isupper() and before.islower():
            return MISPLACED
        return shares.get(character.lower(), RARE_LETTER)
    if character < "\xa0" or character in "\ufffd¤":
        return MISPLACED
    if before.isalpha() and after.isalpha() and character not in "’\xa0":
        return RARE_LETTER if character in "–—" else MISPLACED
    touches = before.isalpha() or after.isalpha()
    usual = character in _BESIDE_WORDS or (not touches and (character in _SIGNS or "─" <= character <= "▟"))
    return SIGN if usual else RARE_LETTER
