"""Readers: a module for each kind of file."""
