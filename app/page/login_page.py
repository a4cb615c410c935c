"""Login page: a form for a name and a password, without a script."""

from urllib.parse import quote

from rodedraad.page import theme
from rodedraad.texts.html_templates import render

_COLOURS = {
    "paper": (theme.PAPER, theme.DARK_PAPER),
    "field": ("#ffffff", theme.DARK_SHADE),
    "ink": (theme.INK, theme.DARK_INK),
    "faded": (theme.FADED, theme.DARK_FADED),
    "rule": (theme.RULE, theme.DARK_RULE),
    "thread": (theme.THREAD, theme.DARK_THREAD),
}
_ICON = "data:image/svg+xml," + quote(theme.FAVICON.read_text("utf-8"))


def login_html(
    language: str, action: str, to: str, nonce: str, scheme: str = "", name: str = "", problem: str = ""
) -> str:
    """The page, which posts `username`, `password` and `to`, the address to go on to, to the path `action`.

    `nonce` is that of its style. `scheme` is light, dark or, if empty, the system's. `name` is what was
    typed before, and `problem` why that was not enough.
    """
    return render(
        "page/login.html",
        language=language,
        action=action,
        to=to,
        nonce=nonce,
        chosen=scheme,
        name=name,
        problem=problem,
        colours=_COLOURS,
        fonts=", ".join(f'"{font}"' if " " in font else font for font in theme.FONTS),
        icon=_ICON,
    )
