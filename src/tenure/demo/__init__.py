"""An invented company with a known truth, for trying Tenure out and for tests."""
