"""App: people ask, and get quotes with citations or an honest "not in the sources"."""
