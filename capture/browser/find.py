"""The browser that captures use: found on this machine, or installed at set-up.

Order: `VAERN_BROWSER`, Playwright's own download, then the system's Chromium or Chrome.
`python -m capture.browser.find --ensure` installs one where none starts, prints the path
and exits 0, or says what to install and exits 3.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from capture.errors import BrowserNotFound

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
"""Commands looked for on the path; the headless shell first, because it starts quickest."""

_OWN_NAMES = ("chrome-headless-shell", "headless_shell", "chrome", "Chromium", "chrome.exe")
_LOCATION = re.compile(r"^\s*Install location:\s*(?P<folder>.+?)\s*$", re.MULTILINE)
_ADVICE = (
    "install one (Debian: apt-get install chromium-headless-shell; elsewhere: "
    f"{sys.executable} -m playwright install --with-deps --only-shell chromium) "
    "or name one in VAERN_BROWSER"
)
_VERSION_SECONDS = 30
_INSTALL_SECONDS = 900


def find_browser(environ: Mapping[str, str] | None = None) -> Path:
    """Return the first browser that stands on this machine, without starting it.

    Raises:
        BrowserNotFound: none stands, or `VAERN_BROWSER` names no program.
    """
    for path in _candidates(os.environ if environ is None else environ):
        return path
    raise BrowserNotFound(f"no Chromium or Chrome was found; {_ADVICE}")


def ensure_browser(environ: Mapping[str, str] | None = None) -> Path:
    """Return a browser that was seen to start, installing one where that is possible.

    Raises:
        BrowserNotFound: none starts and none could be installed.
    """
    chosen = os.environ if environ is None else environ
    for install in (_nothing, _install_by_playwright, _install_by_apt):
        install()
        for path in _candidates(chosen):
            if _starts(path):
                return path
    raise BrowserNotFound(f"no Chromium or Chrome starts here; {_ADVICE}")


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    named = environ.get("VAERN_BROWSER")
    if named:
        path = Path(named)
        if not _is_program(path):
            raise BrowserNotFound(f"VAERN_BROWSER names no program: {named}")
        yield path
        return
    yield from _downloaded_by_playwright()
    for name in NAMES:
        found = shutil.which(name, path=environ.get("PATH"))
        if found:
            yield Path(found)


def _downloaded_by_playwright() -> Iterator[Path]:
    """Yield the programs that `playwright install` has put where it would put them now."""
    for folder in _download_folders():
        for name in _OWN_NAMES:
            yield from (path for path in folder.glob(f"*/**/{name}") if _is_program(path))


@cache
def _download_folders() -> tuple[Path, ...]:
    """Ask Playwright once for its folders, the headless shell's first."""
    answer = subprocess.run(
        [sys.executable, "-m", "playwright", "install", "--dry-run", "chromium"],
        capture_output=True,
        text=True,
        check=False,
        timeout=_VERSION_SECONDS,
    )
    folders = [Path(match["folder"]) for match in _LOCATION.finditer(answer.stdout)]
    return tuple(sorted(folders, key=lambda folder: "headless" not in folder.name))


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _starts(path: Path) -> bool:
    """Say whether the program runs far enough to tell its version (libraries present)."""
    try:
        answer = subprocess.run(  # noqa: S603 – the path was found or named by whoever runs Værn
            [path, "--version"],
            stdout=subprocess.DEVNULL,
            check=False,
            timeout=_VERSION_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _nothing() -> None:
    """Look at what stands before anything is installed."""


def _install_by_playwright() -> None:
    _try([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"])


def _install_by_apt() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    _try(["apt-get", "-q", "update"])
    install = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "install", "-y"]
    # Without an emoji font the pictures of posts would show boxes where people wrote faces.
    _try([*install, "--no-install-recommends", "chromium-headless-shell", "fonts-noto-color-emoji"])


def _try(command: list[str]) -> None:
    """Run an installer; whether it helped is seen by looking for the browser again."""
    try:
        subprocess.run(  # noqa: S603 – fixed commands, no outside words in them
            command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            check=False,
            timeout=_INSTALL_SECONDS,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        sys.stderr.write(f"{command[0]}: {problem}\n")


def main() -> int:
    """Print the browser's path; with --ensure install one first where none starts."""
    parser = argparse.ArgumentParser(prog="python -m capture.browser.find")
    parser.add_argument("--ensure", action="store_true", help="install one where none starts")
    try:
        path = ensure_browser() if parser.parse_args().ensure else find_browser()
    except BrowserNotFound as problem:
        sys.stderr.write(f"{problem}\n")
        return 3
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
