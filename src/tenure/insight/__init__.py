"""What the past says about the future: survival, lifetime value, churn, and which figures earn a place."""
