"""How often customers without a contract buy, whether they still will, and for how much."""
