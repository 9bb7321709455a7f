"""Evidence: handed in, read, listed, viewed, proven; one use case a file."""
