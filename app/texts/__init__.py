"""Texts: the words of the page, the terminal and the report, one file per language."""
