"""Tests: one file a feature, on real files, a real index, a real server and a real browser."""
