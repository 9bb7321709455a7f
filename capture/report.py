"""The report of a capture, and its files as DESIGN §5 names them."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from importlib.metadata import version
from typing import Any, Literal

from capture.browser.settings import BrowserSettings
from capture.changes import changes_since
from capture.egress.log import EgressEntry, EgressLog
from capture.errors import PictureUnreadable
from capture.outcome import failure_of, told_left_out
from capture.output import CapturedFile, Output
from capture.pictures import PagePicture, tile_names
from capture.readers.posts import Post
from capture.readers.read import ReadPosts, read_posts
from capture.seen import Seen

Status = Literal["captured", "failed"]
_PACKAGES = ("vaern", "playwright", "pillow")


@dataclass(frozen=True, slots=True)
class CapturedPost:
    """A post with its own picture; None where the page shows it nowhere."""

    post: Post
    picture: str | None
    picture_sha256: str | None

    def as_json(self) -> dict[str, Any]:
        """The post as it stands in `posts.json`."""
        return self.post.as_json(picture=self.picture, picture_sha256=self.picture_sha256)


@dataclass(frozen=True, slots=True)
class CaptureReport:
    """What a visit came to. `reason` is a stable code, None when captured.

    `posts_by_shape` are those that nothing but their likeness to one another told of.
    `files` lists everything written, `capture.json` last; `posts` are those in
    `posts.json`, and none where the visit failed.
    """

    status: Status
    reason: str | None
    url: str
    final_url: str | None
    started: datetime
    ended: datetime
    posts_read: int
    posts_stated: int | None
    left_out: str | None
    refused: tuple[EgressEntry, ...]
    versions: Mapping[str, str]
    posts: tuple[CapturedPost, ...]
    files: tuple[CapturedFile, ...]
    posts_by_shape: int = 0

    @property
    def captured(self) -> bool:
        """Whether the capture is evidence of the posts."""
        return self.status == "captured"


def write_report(
    output: Output,
    seen: Seen,
    log: EgressLog,
    *,
    url: str,
    started: datetime,
    now: Callable[[], datetime],
    reason: str | None,
    browser: BrowserSettings,
    earlier: Mapping[str, bytes] | None = None,
) -> CaptureReport:
    """Judge what was seen and write every file; `capture.json` is written whatever happened."""
    files: list[CapturedFile] = []

    def keep(name: str, data: bytes) -> CapturedFile:
        files.append(output.write(name, data))
        return files[-1]

    read = ReadPosts((), None)
    posts: list[CapturedPost] = []
    if seen.facts is not None:
        if reason is None:
            read = read_posts(seen.facts, seen.structured)
            reason = failure_of(
                http_status=seen.http_status, facts=seen.facts, posts=len(read.posts)
            )
        for name, tile in zip(tile_names(seen.tiles), seen.tiles, strict=True):
            keep(name, tile.png)
        keep("page.txt", seen.facts.text.encode())
    if reason is None:
        try:
            posts = _with_pictures(read.posts, seen, keep)
        except PictureUnreadable as error:
            reason, posts = error.code, []
    posts_json = [captured.as_json() for captured in posts]
    keep("posts.json", _json(posts_json))
    if earlier is not None and reason is None:
        keep("changes.json", _json(changes_since(earlier, posts_json)))
    keep("egress.json", _json([entry.as_json() for entry in log.entries]))
    stated = read.stated if reason is None else None
    report = CaptureReport(
        status="captured" if reason is None else "failed",
        reason=reason,
        url=url,
        final_url=seen.final_url,
        started=started,
        ended=now(),
        posts_read=len(posts),
        posts_stated=stated,
        posts_by_shape=read.by_shape if reason is None else 0,
        left_out=_left_out(seen, len(posts), stated, read),
        refused=tuple(log.refused()),
        versions=_versions(seen),
        posts=tuple(posts),
        files=tuple(files),
    )
    last = output.write("capture.json", _json(_document(report, seen, log, browser)))
    return replace(report, files=(*report.files, last))


def _with_pictures(
    posts: tuple[Post, ...], seen: Seen, keep: Callable[[str, bytes], CapturedFile]
) -> list[CapturedPost]:
    page = PagePicture(seen.tiles)
    pictured = []
    for post, png in zip(posts, page.crops([post.box for post in posts]), strict=True):
        if png is None:
            pictured.append(CapturedPost(post, None, None))
        else:
            file = keep(f"posts/{post.id}.png", png)
            pictured.append(CapturedPost(post, file.name, file.sha256))
    page.check()
    return pictured


def _left_out(seen: Seen, kept: int, stated: int | None, read: ReadPosts) -> str | None:
    if seen.facts is None:
        return None
    return told_left_out(
        read=kept,
        stated=stated,
        whole=seen.whole,
        steady=seen.steady,
        cut=seen.facts.was_cut,
        refused=read.refused,
        unsure=read.unsure if kept else 0,
        frames=seen.facts.unread,
    )


def _versions(seen: Seen) -> dict[str, str]:
    versions = {name: version(name) for name in _PACKAGES}
    versions["python"] = platform.python_version()
    if seen.browser is not None:
        versions["browser"] = seen.browser
    return versions


def _document(
    report: CaptureReport, seen: Seen, log: EgressLog, browser: BrowserSettings
) -> dict[str, Any]:
    """`capture.json`: DESIGN §5, then how we presented ourselves and what guarded us."""
    return {
        "status": report.status,
        "reason": report.reason,
        "url": report.url,
        "final_url": report.final_url,
        "started": report.started.isoformat(),
        "ended": report.ended.isoformat(),
        "posts_read": report.posts_read,
        "posts_stated": report.posts_stated,
        "posts_by_shape": report.posts_by_shape,
        "left_out": report.left_out,
        "refused": [entry.as_json() for entry in report.refused],
        "versions": dict(report.versions),
        "http_status": seen.http_status,
        "title": seen.facts.title if seen.facts else None,
        "presented": {
            "user_agent": seen.user_agent,
            "locale": browser.locale,
            "timezone": browser.timezone,
            "viewport": [browser.width, browser.height],
        },
        "guard": {
            "sandbox": seen.sandboxed,
            "own_user": seen.own_user,
            "profile_in_memory": seen.profile_in_memory,
            "requests": len(log.entries) + log.not_listed,
        },
        "files": [asdict(file) for file in report.files],
    }


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
