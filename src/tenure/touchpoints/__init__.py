"""What we did with a customer: notes and handled work."""
