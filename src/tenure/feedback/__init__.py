"""Surveys and responses: what customers say when asked."""
