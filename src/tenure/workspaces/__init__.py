"""Workspaces, their people and roles, keys, and the one way to fetch what is theirs."""
