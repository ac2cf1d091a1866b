"""What people do at their desk: changes to many customers with undo, saved views, search, what happened."""
