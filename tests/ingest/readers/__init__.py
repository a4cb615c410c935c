"""Readers: documents of every kind, made by the tests, good, broken and hostile."""
