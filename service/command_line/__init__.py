"""The command `vaern`: `--json` is one document on stdout, logs go to stderr (DESIGN §5)."""
