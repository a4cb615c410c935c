"""Evaluation: gold questions, what they get, and the figures of it."""
