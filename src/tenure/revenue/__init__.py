"""Subscriptions and their terms: what each customer pays, for what, until when."""
