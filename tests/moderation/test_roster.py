import pytest

from moderation.errors import RosterError
from moderation.roster import read_roster
from moderation.shipped import default_engine
from moderation.values import RosterEntry

ENTRY = RosterEntry("Mette Sørensen", ("Mulle",), "socialrådgiver", "Jobcentret")


@pytest.mark.parametrize(
    "text",
    [
        (
            '[[employee]]\nname = "Mette Sørensen"\nnicknames = ["Mulle"]\n'
            'title = "socialrådgiver"\nunit = "Jobcentret"\n'
        ),
        (
            '[{"name": "Mette Sørensen", "nicknames": ["Mulle"], "title": "socialrådgiver", '
            '"unit": "Jobcentret"}]'
        ),
        "\ufeffname;nicknames;title;unit\nMette Sørensen;Mulle;socialrådgiver;Jobcentret\n",
    ],
)
def test_a_roster_is_read_in_each_form(text: str) -> None:
    assert read_roster(text) == (ENTRY,)


@pytest.mark.parametrize(
    "text", ["[{]", '[[employee]]\nname = "123"\n', '[{"name": 3}]', "title\nx"]
)
def test_a_roster_that_cannot_be_used_is_told(text: str) -> None:
    with pytest.raises(RosterError):
        read_roster(text)


def test_odd_names_never_stop_the_engine() -> None:
    odd = (RosterEntry("***"), RosterEntry("Åse*", ("~", "{x}"), "*", "—"), RosterEntry("O'Hara~"))

    assert default_engine(odd).judge_text("Tak for hjælpen") == ()
