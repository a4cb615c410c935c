"""Store: the generations of an index on disk."""
