"""Browser tests: the real server, and a real Chromium that types, clicks and reads."""
