"""Ways in other than the collector: files."""
