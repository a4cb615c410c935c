"""Tests of the recipe of the bundled model."""
