"""How likely customers leave when they can: a hazard learnt from what was known month by month."""
