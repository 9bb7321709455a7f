"""A mail becomes a case: its arrival, what was found in it, and where it belongs."""
