"""Who needs somebody, why, and what it is worth: the list behind Today."""
