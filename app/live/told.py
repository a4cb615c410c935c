"""Told: the message of an error for somebody elsewhere, who need not know the folders of this machine."""

import os
from pathlib import Path

from rodedraad.ingest.errors import RodeDraadError


def without_folders(error: RodeDraadError, *folders: Path) -> str:
    """The message of an error: files in these folders by their path in it, and the folders by their name."""
    told = str(error)
    for form in (form for folder in folders for form in (folder.resolve(), folder)):
        if os.sep in str(form) and form.name:
            told = told.replace(f"{form}{os.sep}", "").replace(str(form), form.name)
    return told
