"""What customers asked for help with, and how they were answered."""
