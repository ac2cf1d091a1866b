"""What runs without anybody watching: the worker, its schedule, its reactions."""
