"""Errors: messages for the person who uses the program."""


class RodeDraadError(Exception):
    """The message says what happened, to which file, and what to do."""


class UnreadableDocument(RodeDraadError):
    """A file of the corpus cannot be read; the message begins with "it" or "its", for the file."""
