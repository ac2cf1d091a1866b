"""Accounts and people: who the customers are, and which observed ids mean whom."""
