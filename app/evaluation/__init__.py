"""Evaluation: gold questions, their answers, and the figures."""
