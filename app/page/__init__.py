"""Page: what a browser shows."""
