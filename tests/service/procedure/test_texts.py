import pytest

from service.procedure.model import Step
from service.procedure.reading import SHIPPED
from service.procedure.texts import cautions, event_word, render_text, responsible
from tests.service.procedure.builders import facts, shipped


def _step(step_id: str) -> Step:
    step = shipped().find(step_id)
    assert step is not None
    return step


def test_a_step_reads_in_the_language_asked_for_and_in_danish_when_it_is_unknown() -> None:
    titles = [render_text(_step("12.9"), one).title for one in ("da", "nb", "en", "sv")]

    assert titles == ["Politianmeldelse", "Politianmeldelse", "Police report", "Politianmeldelse"]


def test_fields_and_their_choices_come_with_labels_in_the_order_of_the_file() -> None:
    text = render_text(_step("12.3"), "da")

    assert list(text.fields) == ["decision", "rule", "grounds"]
    assert text.choices == {
        "decision": {
            "delete": "Slet",
            "hide": "Skjul",
            "keep": "Lad stå",
            "not_ours": "Ikke vores side",
        }
    }


def test_who_does_it_is_said_in_words() -> None:
    assert responsible(shipped(), _step("12.10"), "da") == (
        "nærmeste leder",
        "arbejdsmiljørepræsentant (AMR)",
    )


def test_what_a_deadline_is_counted_from_is_said_in_words() -> None:
    assert event_word(shipped(), "incident", "da") == "hændelsen"
    assert event_word(shipped(), "ended:12.2", "da") == "Dokumentationen sikres"
    assert event_word(shipped(), "moonrise", "da") is None


def test_the_leader_is_warned_against_dialogue_while_a_restraining_order_is_considered() -> None:
    assert cautions(_step("12.7"), facts(), "da") == ()
    (warning,) = cautions(_step("12.7"), facts("restraining_order"), "da")
    assert warning.startswith("Tag ikke kontakt")


def test_steps_are_numbered_as_people_say_them() -> None:
    numbers = [render_text(_step(one), "da").number for one in ("12.1", "12.11-week")]
    first = [render_text(shipped(name).steps[0], "da").number for name in SHIPPED]

    assert numbers == ["12.1", "12.11"]
    assert first == ["12.1", "1", "1"]


@pytest.mark.parametrize("name", SHIPPED)
def test_only_the_employee_is_told_what_the_employee_does(name: str) -> None:
    """Whoever reads a step that the employee does is told of it, not told to do it."""
    for step in shipped(name).all_steps:
        if step.responsible[0] == "employee":
            own, leaders, others = (
                render_text(step, "da", readers)
                for readers in (("employee",), ("leader",), ("hr",))
            )
            assert (own.do, own.why) == (step.do.da, step.why.da)
            assert own.do != leaders.do, step.id
            assert own.do != others.do, step.id
            assert "Du skal ikke" not in leaders.why + others.why


def test_the_leader_is_told_who_confirms_and_others_are_addressed_as_neither() -> None:
    step = _step("12.1")
    words = [
        render_text(step, "da", readers) for readers in ((), ("employee",), ("leader",), ("hr",))
    ]

    assert [one.title for one in words] == [
        "Ledelsen får besked",
        "Ledelsen får besked",
        "Bekræft, at du har fået besked",
        "Ledelsen får besked",
    ]
    assert responsible(shipped(), step, "da", ("leader",)) == ("nærmeste leder",)
    assert responsible(shipped(), step, "da", ("hr",)) == ("berørt medarbejder",)
