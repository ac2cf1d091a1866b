"""Health held to account: what scores promised against what became of the customers."""
