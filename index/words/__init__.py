"""Words: which passages contain which words."""
