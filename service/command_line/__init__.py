"""The command `vaern`: `--json` is one document on stdout, logs go to stderr (DESIGN §5)."""

from service.command_line.program import main

__all__ = ["main"]
