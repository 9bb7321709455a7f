"""Paths to go back to: ours, whatever was asked for."""


def inner_path(path: str) -> str:
    """Return a path of ours, whatever was asked for: never another host."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if safe else "/"
