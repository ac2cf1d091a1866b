"""What customers want to reach, and how far they have come."""
