"""Theme: the look of the page: paper and ink, and one red thread."""

from pathlib import Path

import gradio as gr

STATIC = Path(__file__).parent / "static"
STYLES = [STATIC / name for name in ("report.css", "chat.css", "menus.css", "writer.css", "print.css")]
FAVICON = STATIC / "favicon.svg"
FONTS = ("Iowan Old Style", "Palatino Linotype", "Palatino", "Georgia", "serif")

PAPER, DARK_PAPER = "#fbf9f5", "#181513"
SHADE, DARK_SHADE = "#f1ede5", "#24201c"
INK, DARK_INK = "#23201c", "#ece6dd"
FADED, DARK_FADED = "#665e55", "#aaa196"
RULE, DARK_RULE = "#ddd6ca", "#3a342e"
THREAD, DARK_THREAD = "#a8231b", "#ff8f82"


def theme() -> gr.themes.Base:
    """The colours and type of Gradio's own parts; chat.css sets those of ours by the same names."""
    base = gr.themes.Base(primary_hue="red", neutral_hue="stone", font=list(FONTS), font_mono=["monospace"])
    pairs = {
        "body_background_fill": (PAPER, DARK_PAPER),
        "body_text_color": (INK, DARK_INK),
        "body_text_color_subdued": (FADED, DARK_FADED),
        "background_fill_primary": (PAPER, DARK_PAPER),
        "background_fill_secondary": (SHADE, DARK_SHADE),
        "block_background_fill": (PAPER, DARK_PAPER),
        "border_color_primary": (RULE, DARK_RULE),
        "link_text_color": (THREAD, DARK_THREAD),
        "input_background_fill": ("#ffffff", DARK_SHADE),
        "input_background_fill_focus": ("#ffffff", DARK_SHADE),
        "input_border_color": (RULE, DARK_RULE),
        "input_border_color_focus": (THREAD, DARK_THREAD),
        "input_placeholder_color": (FADED, DARK_FADED),
        "button_primary_background_fill": (THREAD, THREAD),
        "button_primary_background_fill_hover": ("#8a1c15", "#8a1c15"),
        "button_primary_text_color": ("#ffffff", "#ffffff"),
        "button_secondary_background_fill": (SHADE, DARK_SHADE),
        "button_secondary_background_fill_hover": (RULE, DARK_RULE),
        "button_secondary_text_color": (INK, DARK_INK),
    }
    return base.set(
        **{
            name + suffix: colour
            for name, colours in pairs.items()
            for suffix, colour in zip(("", "_dark"), colours, strict=True)
        }
    )
