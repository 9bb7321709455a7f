"""Everything that CI checks: `./run check [--all]`.

Every check runs, whatever the others say; the sum stands at the end, one line each. The tests'
output is shown as it comes; the static checks run beside them, and are heard where they fail.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
BIN = Path(PYTHON).parent
WORKERS = min((os.cpu_count() or 2) + 1, 9)
"""One more than there are processors: tests of a browser, of a signal or of a disk often wait."""
TEST_ARGUMENTS = ("-n", str(WORKERS), "--dist", "loadgroup")
COLLECTING = ("-n", "0", "--collect-only", "-qq")
SHOWN_LINES = 80
MOST_SECONDS = 900
CLOSING_LINE = re.compile(r"\b\d+ (passed|failed|errors?|skipped|deselected)\b.* in [\d.]+s")


@dataclass(frozen=True)
class Check:
    """One command that must end with 0."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """How a check ended, how long it took and what it said."""

    name: str
    ok: bool
    seconds: float
    said: str


COLLECTION = Check("collection", (PYTHON, "-m", "pytest", *COLLECTING))
"""Has Python compile every file once, before each of the test processes would do so for itself."""

CLEAN_CLONE = Check("clean clone", (PYTHON, "-m", "tests.house.clean_clone"))
"""The whole set-up once more, elsewhere; CI itself starts from a clean clone."""


def static_checks() -> tuple[Check, ...]:
    """Return the checks that need no running service, the slowest first."""
    tools = {name: str(BIN / name) for name in ("ruff", "mypy", "lint-imports", "uv", "hadolint")}
    schema = str(BIN / "check-jsonschema")
    return (
        Check("types", (tools["mypy"],)),
        Check("import contracts", (tools["lint-imports"],)),
        Check("lint", (tools["ruff"], "check", ".")),
        Check("format", (tools["ruff"], "format", "--check", ".")),
        Check("file lengths", (PYTHON, "-m", "tests.house.lengths")),
        Check("manners", (PYTHON, "-m", "tests.house.manners")),
        Check("translations", (PYTHON, "-m", "service.web.catalogues", "check")),
        Check("lock file", (tools["uv"], "lock", "--check")),
        Check("publiccode.yml", (PYTHON, "-m", "tests.house.publiccode")),
        Check("Dockerfile", (tools["hadolint"], "docker/Dockerfile")),
        Check(
            "compose file",
            (schema, "--builtin-schema", "vendor.compose-spec", "docker/compose.yaml"),
        ),
        Check("shell", ("sh", "-n", "run")),
        Check("CI shell", ("bash", "-n", ".ci/run")),
    )


def run_quietly(check: Check) -> Outcome:
    """Run a check and keep what it says for the case that it fails."""
    began = time.monotonic()
    try:
        answer = subprocess.run(
            check.command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=MOST_SECONDS,
        )
        ok, said = answer.returncode == 0, answer.stdout
    except (OSError, subprocess.TimeoutExpired) as problem:
        ok, said = False, str(problem)
    return Outcome(check.name, ok, time.monotonic() - began, said)


def run_aloud(check: Check, environ: Mapping[str, str]) -> Outcome:
    """Run a check with its output shown as it comes; keep its last lines."""
    began = time.monotonic()
    lines: list[str] = []
    with subprocess.Popen(
        check.command,
        cwd=ROOT,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            lines = [*lines[-9:], line]
    return Outcome(check.name, process.returncode == 0, time.monotonic() - began, "".join(lines))


def closing_line(said: str) -> str:
    """Return pytest's closing line ("12 passed in 3.4s"), or an empty string."""
    found = [line.strip("= \n") for line in said.splitlines() if CLOSING_LINE.search(line)]
    return found[-1] if found else ""


def main(arguments: list[str] | None = None) -> int:
    """Run everything; 1 where anything failed."""
    parser = argparse.ArgumentParser(prog="./run check")
    parser.add_argument("--all", action="store_true", help="every fault point, not a sample")
    parser.add_argument("--static", action="store_true", help="without the tests")
    chosen = parser.parse_args(arguments)

    quiet = (CLEAN_CLONE, *static_checks()) if chosen.all else static_checks()
    if chosen.static:
        outcomes = run_checks(quiet, at_once=2)
    else:
        faults = {"VAERN_FAULTS": "all"} if chosen.all else {}
        tests = Check("tests", (PYTHON, "-m", "pytest", *TEST_ARGUMENTS))
        with ThreadPoolExecutor(max_workers=1) as beside:
            static = beside.submit(run_checks, quiet)
            run_quietly(COLLECTION)
            told = run_aloud(tests, {**os.environ, **faults})
            outcomes = [*static.result(), told]

    print()
    for outcome in outcomes:
        word = "ok" if outcome.ok else "FAILED"
        print(f"{outcome.name:18} {word:6} {outcome.seconds:7.1f} s")
    if not chosen.static:
        print(closing_line(outcomes[-1].said))
    return int(not all(outcome.ok for outcome in outcomes))


def run_checks(checks: tuple[Check, ...], *, at_once: int = 1) -> list[Outcome]:
    """Run all checks, each told as soon as it has failed; return them in order."""
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        return list(pool.map(_run_and_tell, checks))


def _run_and_tell(check: Check) -> Outcome:
    outcome = run_quietly(check)
    if not outcome.ok:
        lines = outcome.said.rstrip().splitlines()
        shown = [f"--- {outcome.name} failed: {' '.join(check.command)}", *lines[:SHOWN_LINES]]
        if len(lines) > SHOWN_LINES:
            shown.append(f"… and {len(lines) - SHOWN_LINES} lines more")
        sys.stdout.write("\n".join(shown) + "\n")
        sys.stdout.flush()
    return outcome


if __name__ == "__main__":
    sys.exit(main())
