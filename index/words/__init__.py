"""Words: which passages hold which words."""
