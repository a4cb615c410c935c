"""Benchmarks: commands that measure or fit what the code states as a number."""
