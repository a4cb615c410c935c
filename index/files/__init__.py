"""Files: files written so that a crash loses nothing."""
