"""Everything out: a workspace's records and events in the columns that imports read, and its settings."""
