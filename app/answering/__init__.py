"""Answering: a question becomes quotes with citations, or silence."""
