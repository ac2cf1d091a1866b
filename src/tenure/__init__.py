"""Tenure: self-hosted customer success software."""

__version__ = "0.1.0"
