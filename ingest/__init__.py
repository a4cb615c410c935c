"""Ingest: a file becomes a document with a clean reading text, cut into passages."""
