"""Answering: a question becomes quotes with citations, or a refusal."""
