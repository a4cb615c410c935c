"""The command add."""

import argparse

from rodedraad.cli.index import reindex
from rodedraad.cli.terminal import say
from rodedraad.ingest.errors import RodeDraadError


def add(options: argparse.Namespace) -> int:
    """Fetch pages of the web, save them in the corpus folder, and bring the index up to date."""
    from rodedraad.index.settings import load_settings
    from rodedraad.live.added_pages import add_page
    from rodedraad.texts.phrases import phrase
    from rodedraad.texts.refusal import Refusal

    if not options.corpus.is_dir():
        raise RodeDraadError(f"There is no folder {options.corpus}. Make it, or name another with --corpus.")
    largest = load_settings(options.home).largest_bytes
    for address in options.address:
        try:
            id = add_page(options.corpus, address, largest)
        except Refusal as refusal:
            raise RodeDraadError(f"{address}: {phrase(refusal.why, 'en', **refusal.given)}") from refusal
        say(f"  added: {id}")
    reindex(options)
    return 0
