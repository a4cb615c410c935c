"""Store: generations are published atomically, damage is named, old ones stay only for their readers."""
