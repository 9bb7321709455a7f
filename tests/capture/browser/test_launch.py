from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from capture.browser.identity import passing_user, running_processes
from capture.browser.launch import OpenBrowser, open_browser
from capture.browser.settings import BrowserSettings
from capture.egress.proxy import open_egress
from capture.egress.rules import EgressRules
from capture.errors import BrowserFailed
from tests.capture.visiting import Now

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def with_browser(
    now: Now, act: Callable[[OpenBrowser], Awaitable[None]], settings: BrowserSettings | None = None
) -> None:
    async def run() -> None:
        async with (
            open_egress(EgressRules(), now=now) as proxy,
            open_browser(
                settings or BrowserSettings(), proxy_port=proxy.port, uid=passing_user()
            ) as browser,
        ):
            await act(browser)

    asyncio.run(run())


def processes_of(folder: Path) -> list[int]:
    leader = int((folder / "pid").read_text())
    return [process for _, process, session in running_processes() if session == leader]


def status(process: int) -> dict[str, str]:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def renderers(folder: Path) -> list[int]:
    return [
        process
        for process in processes_of(folder)
        if b"--type=renderer" in Path(f"/proc/{process}/cmdline").read_bytes()
    ]


def environment(process: int) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


def test_the_browser_runs_sandboxed_and_never_as_root(now: Now) -> None:
    async def look(browser: OpenBrowser) -> None:
        assert renderers(browser.folder)
        for process in processes_of(browser.folder):
            facts = status(process)
            assert "0" not in facts["Uid"].split()
            assert facts["NoNewPrivs"] == "1" or os.geteuid() != 0
        for process in renderers(browser.folder):
            facts = status(process)
            assert facts["Seccomp"] == "2"  # filtered, seccomp(2)
            assert len(facts["NSpid"].split()) > 1  # in a process namespace of its own

    with_browser(now, look)


def test_the_browser_knows_nothing_of_our_environment(
    now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAERN_VAULT_KEY_COMMAND", "hemmelig")

    async def look(browser: OpenBrowser) -> None:
        for process in processes_of(browser.folder):
            assert b"hemmelig" not in environment(process)

    with_browser(now, look)


def test_nothing_is_left_of_a_visit(now: Now) -> None:
    seen: list[tuple[Path, list[int]]] = []

    async def look(browser: OpenBrowser) -> None:
        seen.append((browser.folder, processes_of(browser.folder)))

    with_browser(now, look)
    [(folder, processes)] = seen
    assert len(processes) > 3
    assert not folder.exists()
    assert not set(processes) & {process for _, process, _ in running_processes()}


def test_nothing_is_left_of_a_browser_that_hangs(now: Now) -> None:
    seen: list[tuple[Path, list[int]]] = []

    async def hang(browser: OpenBrowser) -> None:
        seen.append((browser.folder, processes_of(browser.folder)))
        async with asyncio.timeout(2):
            await browser.context.pages[0].evaluate("() => { for (;;); }")

    with pytest.raises(TimeoutError):
        with_browser(now, hang)
    [(folder, processes)] = seen
    assert not folder.exists()
    assert not set(processes) & {process for _, process, _ in running_processes()}


def test_a_program_that_is_no_browser_is_told_as_such(now: Now) -> None:
    async def never(browser: OpenBrowser) -> None:
        raise AssertionError(browser.version)

    with pytest.raises(BrowserFailed):
        with_browser(now, never, BrowserSettings(executable=Path("/bin/false")))


def test_a_page_that_eats_memory_loses_its_browser(now: Now) -> None:
    async def eat(browser: OpenBrowser) -> None:
        await browser.context.pages[0].evaluate(
            """async () => {
              const kept = [];
              for (let n = 0; n < 200; n += 1) {
                kept.push(new Uint8Array(2e7).fill(n));
                await new Promise((go) => setTimeout(go, 5));
              }
            }"""
        )

    with pytest.raises(BrowserFailed) as failed:
        with_browser(now, eat, BrowserSettings(memory_bytes=600_000_000))
    assert failed.value.code == "memory_limit"
