"""Units, people and who answers when: by hand and from files (decision 34)."""
