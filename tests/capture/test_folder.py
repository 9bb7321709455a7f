"""A capture written to a folder, and the next one compared with it."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from capture.visit import capture_to_folder
from tests.capture.site import Answer, Site
from tests.capture.visiting import QUICK, Now

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

POST = (
    '<article><a href="/u/{n}">Person {n}</a><a href="/c/{n}"><time '
    'datetime="2026-11-20T10:0{n}:00+01:00">i går</time></a><p>{text}</p></article>'
)


def test_two_captures_in_folders_tell_what_changed(site: Site, now: Now, tmp_path: Path) -> None:
    site.answers["/"] = Answer.page(
        "".join(POST.format(n=n, text=text) for n, text in enumerate(["et", "to", "tre"]))
    )
    first = capture_to_folder(
        site.url("/"), tmp_path / "1", now=now, allow=[site.place], settings=QUICK
    )
    assert first.captured
    for file in first.files:
        data = (tmp_path / "1" / file.name).read_bytes()
        assert (file.size, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert first.files[-1].name == "capture.json"
    assert first.started < first.ended

    site.answers["/"] = Answer.page(
        "".join(POST.format(n=n, text=text) for n, text in [(0, "et"), (2, "TRE"), (3, "fire")])
    )
    second = capture_to_folder(
        site.url("/"),
        tmp_path / "2",
        now=now,
        allow=[site.place],
        since=tmp_path / "1",
        settings=QUICK,
    )
    ids = [item.post.id for item in first.posts]
    changes = json.loads((tmp_path / "2" / "changes.json").read_text())
    assert changes["gone"] == [ids[1]]
    assert changes["edited"] == [{"id": ids[2], "before": "tre", "after": "TRE"}]
    assert changes["new"] == [second.posts[2].post.id]


def test_a_job_in_a_thread_captures_too(site: Site, now: Now, tmp_path: Path) -> None:
    site.answers["/"] = Answer.page(POST.format(n=1, text="fra en tråd"))
    with ThreadPoolExecutor(1) as jobs:
        report = jobs.submit(
            capture_to_folder,
            site.url("/"),
            tmp_path,
            now=now,
            allow=[site.place],
            settings=QUICK,
        ).result()
    assert [item.post.text for item in report.posts] == ["fra en tråd"]


def test_a_failed_capture_still_writes_its_reason(now: Now, tmp_path: Path) -> None:
    report = capture_to_folder("file:///etc/passwd", tmp_path / "ud", now=now)
    assert not report.captured
    told = json.loads((tmp_path / "ud" / "capture.json").read_text())
    assert (told["status"], told["reason"]) == ("failed", "address_not_web")
    assert set(told) >= {"url", "final_url", "started", "ended", "posts_read", "posts_stated"}
    assert set(told) >= {"left_out", "refused", "versions"}
