"""Writes `moderation/shipped/learned.jsonl`: `python -m tests.moderation.teach`, about ten seconds.

Run it after the material or the features have changed; a test tells when it was forgotten. What is
held out is never learned from.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import moderation.shipped
from moderation.learned.model import Learned
from moderation.learned.training import learn
from moderation.shipped import default_engine
from tests.moderation.material import FOLDER, MUST, ROSTER, files, read

# So sure must it be before a post is flagged by word choice alone.
THRESHOLDS = {"harasses-named": 0.8, "personal-information": 0.8, "unlawful": 0.85}
LEARNED = Path(moderation.shipped.__file__).with_name("learned.jsonl")
LANGUAGES = ("danish", "norwegian")


def taught() -> str:
    """Return the digest of what is learned from."""
    names = [name for language in LANGUAGES for name in files(language)]
    return hashlib.sha256(b"".join((FOLDER / name).read_bytes() for name in names)).hexdigest()


def teach() -> Learned:
    """Learn from all of the material that is not held out."""
    engine = default_engine(ROSTER, unlearned=True)
    lessons = [
        engine.lesson(sample.text, sample.clauses)
        for language in LANGUAGES
        for name in files(language)
        for sample in read(name)
    ]
    return learn(lessons, sorted(MUST), THRESHOLDS, source=taught())


if __name__ == "__main__":
    LEARNED.write_text(teach().as_text(), encoding="utf-8")
