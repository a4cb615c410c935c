"""Files: bytes on disk, written so that a crash loses nothing."""
