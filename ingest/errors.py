"""Errors: what a person is told when something cannot be done."""


class RodeDraadError(Exception):
    """One sentence or two for the person: what happened, to which file, what to do."""


class UnreadableDocument(RodeDraadError):
    """A file of the corpus that cannot become a document; the others still can."""
