"""What pages read: rows of several rooms, put together for one page each."""
