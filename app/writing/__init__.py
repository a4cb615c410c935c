"""Writing: an answer in a sentence by a language model that somebody runs, checked against the quotes."""
