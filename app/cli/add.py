"""The command add."""

import argparse

from rodedraad.cli.index import reindex
from rodedraad.cli.terminal import say
from rodedraad.index.settings import load_settings
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.added_pages import Fetch, add_page
from rodedraad.live.web_fetch import fetch_apart
from rodedraad.texts.phrases import phrase
from rodedraad.texts.refusal import Refusal


def add(options: argparse.Namespace, fetch: Fetch = fetch_apart) -> int:
    """Fetch pages of the web, save them in the corpus folder, and bring the index up to date.

    A page that cannot be added is reported, and the others are added.
    """
    if not options.corpus.is_dir():
        raise RodeDraadError(f"There is no folder {options.corpus}. Make it, or name another with --corpus.")
    largest = load_settings(options.home).largest_bytes
    added = []
    for address in options.address:
        try:
            added.append(add_page(options.corpus, address, largest, fetch))
            say(f"  added: {added[-1]}")
        except Refusal as refusal:
            say(f"  not added: {address}: {phrase(refusal.why, 'en', **refusal.given)}")
    if added:
        reindex(options)
    return 0 if len(added) == len(options.address) else 2
