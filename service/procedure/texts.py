"""The texts of a step in one language, ready for a page or a printed checklist."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from service.procedure.facts import Facts
from service.procedure.model import Procedure, Step, Voice


@dataclass(frozen=True, slots=True)
class StepText:
    """What the reader is told: what to do, why, who, and when it counts as done.

    `number` is the step's as people say it (12.11; a part bears its step's). `fields` and
    `choices` (by field) map ids to labels, in the order of the file.
    """

    number: str
    title: str
    do: str
    why: str
    done_when: str
    fields: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]


def render_text(step: Step, language: str, readers: Collection[str] = ()) -> StepText:
    """Return the step's texts in `language` (`da`, `nb` or `en`; anything else reads Danish).

    `readers` are the roles of the one who reads, as the procedure calls them; where the step
    has words of its own for them, these are said.
    """
    voice = _voice(step, readers)
    return StepText(
        number=_spoken_number(step.id),
        title=(voice.title or step.title).within(language),
        do=(voice.do or step.do).within(language),
        why=(voice.why or step.why).within(language),
        done_when=step.done_when.within(language),
        fields={blank.id: blank.label.within(language) for blank in step.blanks},
        choices={
            blank.id: {choice.id: choice.label.within(language) for choice in blank.choices}
            for blank in step.blanks
            if blank.choices
        },
    )


def _voice(step: Step, readers: Collection[str]) -> Voice:
    """Return the words for these readers: theirs by name, or those for whoever has no part."""
    for voice in step.voices:
        if not set(readers).isdisjoint(voice.roles):
            return voice
    outside = bool(readers) and set(readers).isdisjoint(step.responsible)
    others = (voice for voice in step.voices if outside and not voice.roles)
    return next(others, Voice())


def _spoken_number(step_id: str) -> str:
    """`12.11-week` is said as 12.11, and `h.3` as 3: only the file needs the letters."""
    return step_id.partition("-")[0].lstrip("abcdefghijklmnopqrstuvwxyz_").removeprefix(".")


def responsible(
    procedure: Procedure, step: Step, language: str, readers: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the words for who does the step, as it is told to these readers."""
    words = {role.id: role.word.within(language) for role in procedure.roles}
    return tuple(words[role] for role in doers(step, readers))


def doers(step: Step, readers: Collection[str] = ()) -> tuple[str, ...]:
    """Return the roles that do what the step tells these readers."""
    doer = _voice(step, readers).doer
    return (doer,) if doer is not None else step.responsible


def event_word(procedure: Procedure, event: str, language: str) -> str | None:
    """Return the word for what a deadline is counted from; a step's ending reads as its title."""
    if event.startswith("ended:"):
        step = procedure.find(event.removeprefix("ended:"))
        return step.title.within(language) if step else None
    return next((one.word.within(language) for one in procedure.events if one.id == event), None)


def cautions(step: Step, facts: Facts, language: str) -> tuple[str, ...]:
    """Return what to beware of in this step, given the circumstances that hold."""
    return tuple(
        one.text.within(language) for one in step.cautions if not facts.holds.isdisjoint(one.when)
    )
