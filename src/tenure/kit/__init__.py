"""Words of no domain: time, ids, money, secrets, facts. Nothing here knows what a customer is."""
