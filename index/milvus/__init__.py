"""Milvus: an index on a Milvus server, which many machines can write and ask."""
