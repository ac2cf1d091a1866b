"""The front door: receives events durably, streams everything else to the pages. Never imports Django."""
