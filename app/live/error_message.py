"""Error message: an error as people on other machines read it, without the folders of this machine."""

import os
from pathlib import Path

from rodedraad.ingest.errors import RodeDraadError


def without_folders(error: RodeDraadError, *folders: Path) -> str:
    """The message of an error: files in these folders by their path in it, and the folders by their name."""
    message = str(error)
    for form in (form for folder in folders for form in (folder.resolve(), folder)):
        if os.sep in str(form) and form.name:
            message = message.replace(f"{form}{os.sep}", "").replace(str(form), form.name)
    return message
