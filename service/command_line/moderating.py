"""`moderation judge`, `backtest` and `evaluate`: the rules on posts of one's own, or those kept.

All exit 0 whatever they flag; progress goes to stderr, one document (judge: JSON Lines) to stdout.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TextIO

import click

from moderation.backtest import Counts, Judged, report
from moderation.engine import Engine
from moderation.errors import ModerationError
from moderation.evaluation import evaluate as evaluated
from moderation.jsonlines import judge_lines
from moderation.labelled import Labelled, read_labelled
from moderation.learned.model import Learned, read_learned
from moderation.rehearsal import read_posts
from moderation.rules import read_rules
from moderation.shipped import default_engine
from moderation.values import RosterEntry
from service.casework.moderation.judging import roster_of
from service.casework.moderation.stored import count_posts, stored_posts
from service.command_line.trying import Trial, cores, count, prepare
from service.installation import opened
from service.settings import Settings

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_PIECE = 1_000
_TIMED = 2_000
"""So many posts are judged to measure how many a second."""

roster_option = click.option(
    "--roster", type=_FILE, help='Employees, JSON Lines: {"name", "nicknames"?, "title"?, "unit"?}.'
)
learned_option = click.option(
    "--learned", type=_FILE, help="What `evaluate --keep` wrote, instead of what is shipped."
)


@click.group()
def moderation() -> None:
    """The rules of moderation, on posts of your own."""


@moderation.command()
@click.argument("posts", type=click.File("r", encoding="utf-8"), default="-")
@roster_option
@click.option("--rules", type=_FILE, help="A rules file beside those that are shipped.")
@learned_option
@click.option("--unlearned", is_flag=True, help="Only what rules can say; much quicker.")
def judge(
    posts: TextIO,
    *,
    roster: Path | None,
    rules: Path | None,
    learned: Path | None,
    unlearned: bool,
) -> None:
    """Print the findings for each post of a JSON Lines file (or standard input)."""
    try:
        own = read_rules(rules.read_text("utf-8"), rules.name) if rules else None
        engine = default_engine(
            _roster(roster), extra=own, learned=_learned(learned), unlearned=unlearned
        )
    except (ModerationError, ValueError, KeyError, TypeError) as wrong:
        raise click.UsageError(str(wrong)) from wrong
    for line in judge_lines(posts, engine):
        click.echo(line)


@moderation.command()
@click.argument("posts", type=click.File("r", encoding="utf-8"), required=False)
@roster_option
@click.option("--rules", type=_FILE, help="Rules to try; an id that is shipped is replaced.")
@learned_option
@click.option("--json", "_as_json", is_flag=True, help="Always: the answer is one JSON document.")
def backtest(
    posts: TextIO | None,
    *,
    roster: Path | None,
    rules: Path | None,
    learned: Path | None,
    _as_json: bool,
) -> None:
    """Try rules on the posts of a JSON Lines file, or (without one) on those that are kept."""
    try:
        trial = Trial(
            _roster(roster),
            (rules.read_text("utf-8"), rules.name) if rules else None,
            learned.read_text("utf-8") if learned else None,
        )
        if posts is not None:
            click.echo(json.dumps(_tried(trial, read_posts(posts, posts.name), None)))
            return
        with opened(Settings()) as house, house.database.reading() as session:
            kept = (judged for batch in stored_posts(session) for judged in batch)
            if roster is None:
                protected = roster_of(session, house.clock.now(), days=house.settings.roster_days)
                trial = Trial(protected, trial.rules, trial.learned)
            click.echo(json.dumps(_tried(trial, kept, count_posts(session))))
    except (ModerationError, KeyError, TypeError, ValueError) as wrong:
        raise click.UsageError(str(wrong)) from wrong


@moderation.command()
@click.argument("labelled", type=click.File("r", encoding="utf-8-sig"), required=False)
@roster_option
@click.option("--folds", type=click.IntRange(2, 20), default=5, show_default=True)
@click.option(
    "--keep", type=click.Path(path_type=Path, dir_okay=False), help="Write what it learned."
)
@click.option("--json", "_as_json", is_flag=True, help="Always: the answer is one JSON document.")
def evaluate(
    labelled: TextIO | None, *, roster: Path | None, folds: int, keep: Path | None, _as_json: bool
) -> None:
    """Tell how well posts are told apart: labelled ones (JSON Lines, CSV, tabs), or those decided.

    Without a file the posts that are kept are taken, as people decided them.
    """
    try:
        rows = read_labelled(labelled.read(), labelled.name) if labelled else _decided()
        engine = default_engine(_roster(roster), unlearned=True)
        found = evaluated(rows, engine, folds, _tell)
    except (ModerationError, ValueError, KeyError, TypeError) as wrong:
        raise click.UsageError(str(wrong)) from wrong
    click.echo(err=True)
    both = Engine(engine.policy, engine.rule_set, engine.roster, engine.own, found.learned)
    speed = _speed(both, [row.text for row in rows[:_TIMED]])
    if keep is not None:
        keep.write_text(found.learned.as_text(), encoding="utf-8")
    click.echo(json.dumps({**found.figures, "posts_per_second": speed}))


def _decided() -> tuple[Labelled, ...]:
    with opened(Settings()) as house, house.database.reading() as session:
        return tuple(
            Labelled(judged.post.text, bool(judged.broken))
            for batch in stored_posts(session)
            for judged in batch
            if judged.broken is not None
        )


def _tried(trial: Trial, posts: Iterator[Judged], total: int | None) -> dict[str, Any]:
    """Judge the posts in pieces, on every core; tell the progress on stderr."""
    engine, before = trial.engines()  # what is wrong is told here, not in a worker
    counts = Counts()
    pieces = _pieces(posts)
    first = next(pieces, [])
    second = next(pieces, None)
    if second is None:
        prepare(trial)
        return report(count(first), engine, before)
    # Spawned, not forked: this process may hold the database open.
    begin = get_context("spawn")
    with ProcessPoolExecutor(cores(), begin, initializer=prepare, initargs=(trial,)) as workers:
        # No more pieces are under way than a few for each core: a million posts are never held.
        waiting = [workers.submit(count, first), workers.submit(count, second)]
        while waiting:
            while len(waiting) < 3 * cores() and (piece := next(pieces, None)) is not None:
                waiting.append(workers.submit(count, piece))
            counts.add(waiting.pop(0).result())
            _tell(counts.posts, total or counts.posts)
    click.echo(err=True)
    return report(counts, engine, before)


def _pieces(posts: Iterator[Judged]) -> Iterator[list[Judged]]:
    piece: list[Judged] = []
    for judged in posts:
        piece.append(judged)
        if len(piece) == _PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _speed(engine: Engine, texts: list[str]) -> int:
    start = time.process_time()  # one core's own time, whatever else the machine does
    for text in texts:
        engine.judge_text(text)
    return round(len(texts) / max(time.process_time() - start, 1e-9))


def _tell(done: int, total: int) -> None:
    click.echo(f"\r{done} of {total}", nl=False, err=True)


def _learned(path: Path | None) -> Learned | None:
    return read_learned(path.read_text("utf-8"), path.name) if path else None


def _roster(path: Path | None) -> tuple[RosterEntry, ...]:
    if path is None:
        return ()
    entries = []
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            fields = json.loads(line)
            nicknames = tuple(fields.get("nicknames") or ())
            entries.append(
                RosterEntry(fields["name"], nicknames, fields.get("title"), fields.get("unit"))
            )
    return tuple(entries)


COMMANDS = (moderation,)
