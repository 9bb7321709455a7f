"""The tests: one folder a room, `house` for the set-up and what holds for every file."""
