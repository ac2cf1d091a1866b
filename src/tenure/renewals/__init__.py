"""Renewals: every figure about what comes up, is won and is lost, what owners call, and what is forecast."""
