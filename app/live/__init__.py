"""Live: the documents, the index and the log of a running server."""
