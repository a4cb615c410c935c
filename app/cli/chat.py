"""The command chat: the page over HTTP, and the file of those who may log in."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rodedraad.cli.index import reindex_and_ask
from rodedraad.cli.terminal import say
from rodedraad.index.store.manifest import IndexBusy
from rodedraad.ingest.errors import RodeDraadError

if TYPE_CHECKING:
    from rodedraad.live.collection import Collection


def chat(options: argparse.Namespace) -> int:
    """Serve the page until interrupted, or add or remove a user."""
    if options.add_user is not None:
        return _add_user(options)
    if options.remove_user is not None:
        return _remove_user(options)
    if options.role:
        raise RodeDraadError("Name the user too: --auth FILE --add-user NAME --role ROLE")
    from rodedraad.live.collection import Collection, named_collections
    from rodedraad.live.json_log import start_log
    from rodedraad.server.passwords import Passwords
    from rodedraad.server.serve import Serving, serve, take_port

    if options.keep_talks and not options.auth:
        raise RodeDraadError(
            "--keep-talks keeps conversations by user. Name the password file too: --auth FILE"
        )
    passwords = Passwords(options.auth) if options.auth else None
    if options.collection and options.corpus != Path("corpus"):
        raise RodeDraadError("Give --corpus a name too: --collection NAME=DIR")
    if options.collection and options.store:
        raise RodeDraadError(
            "--store names one index. For several collections, set `store` in the settings.toml of each, in "
            f"{options.home}/collections/NAME/"
        )
    collections = named_collections(options.collection, options.home)
    writer = None
    if options.writer:
        from rodedraad.writing.writer import load_writer

        writer = load_writer(options.home)
    take_port(options.host, options.port)
    start_log(options.log, options.log_questions)
    collections = collections or [Collection(options.corpus, options.home)]
    for one in collections:
        _catch_up(one)
    serving = Serving(options.host, options.port, options.root_path, passwords, writer, options.keep_talks)
    serve(collections, options.home, serving)
    return 0


def _catch_up(collection: "Collection") -> None:
    """Bring an index up to date, unless its documents are elsewhere or another process does it."""
    from rodedraad.index.stores import store_of

    has_index = store_of(collection.home).exists()
    if has_index and not collection.corpus.is_dir():
        say(f"There is no folder {collection.corpus}: the index is served as it is.")
        return
    try:
        options = argparse.Namespace(corpus=collection.corpus, home=collection.home)
        reindex_and_ask(options, is_waiting=not has_index)
    except IndexBusy as error:
        if not has_index:
            raise
        say(f"{error} Until then the index is served as it is.")


def _add_user(options: argparse.Namespace) -> int:
    from getpass import getpass

    from rodedraad.server.passwords import add_user

    if not options.auth:
        raise RodeDraadError(f"Name the password file too: --auth FILE --add-user {options.add_user}")
    if sys.stdin.isatty():
        password = getpass("Password: ")
        if getpass("Once more: ") != password:
            raise RodeDraadError("The two differ; nothing was changed.")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    add_user(options.auth, options.add_user, password, options.role)
    print(f"{options.add_user} can log in, by {options.auth}.")
    return 0


def _remove_user(options: argparse.Namespace) -> int:
    from rodedraad.live.collection import COLLECTIONS
    from rodedraad.server.passwords import remove_user
    from rodedraad.server.talks import TALKS_FILE, Talks

    if not options.auth:
        raise RodeDraadError(f"Name the password file too: --auth FILE --remove-user {options.remove_user}")
    remove_user(options.auth, options.remove_user)
    files = [options.home / TALKS_FILE, *options.home.glob(f"{COLLECTIONS}/*/{TALKS_FILE}")]
    kept = sum(Talks(file).forget(options.remove_user) for file in files if file.exists())
    print(f"{options.remove_user} cannot log in by {options.auth}. Conversations deleted: {kept}.")
    return 0
