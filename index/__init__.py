"""Index: passages become findable, in published and checksummed generations."""
