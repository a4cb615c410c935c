"""Ingest: reads a file as a document with a clean reading text, and splits that into passages."""
