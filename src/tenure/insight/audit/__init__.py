"""The metric audit: which figures tell, on this workspace's own history, what becomes of customers."""
