"""Store: generations of the index on disk."""
