from datetime import UTC, datetime, timedelta

import pytest

from service.web import catalogues
from service.web.words import Words, short_digest

# 9.14 in Copenhagen, a Monday.
NOW = datetime(2027, 2, 8, 8, 14, tzinfo=UTC)


def words(language: str) -> Words:
    catalogue = catalogues.load(language)
    return Words(language, catalogue.gettext, catalogue.ngettext)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2027, 2, 8, 7, 14, tzinfo=UTC), "i dag kl. 08.14"),
        (datetime(2027, 2, 7, 13, 3, tzinfo=UTC), "i går kl. 14.03"),
        (datetime(2027, 2, 9, 8, 0, tzinfo=UTC), "i morgen kl. 09.00"),
        (datetime(2027, 2, 11, 8, 0, tzinfo=UTC), "torsdag kl. 09.00"),
        (datetime(2027, 2, 3, 8, 0, tzinfo=UTC), "3. februar kl. 09.00"),
        (datetime(2026, 2, 3, 8, 0, tzinfo=UTC), "3. februar 2026 kl. 09.00"),
        (datetime(2027, 2, 15, 8, 0, tzinfo=UTC), "15. februar kl. 09.00"),
    ],
)
def test_a_moment_is_said_as_people_say_it(moment: datetime, said: str) -> None:
    assert words("da").moment(moment, NOW) == said


def test_yesterday_is_the_day_before_in_copenhagen_not_in_utc() -> None:
    late_in_utc = datetime(2027, 2, 7, 23, 30, tzinfo=UTC)

    assert words("da").moment(late_in_utc, NOW) == "i dag kl. 00.30"


def test_an_hour_that_comes_twice_is_told_apart_by_its_zone() -> None:
    summer = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    winter = summer + timedelta(hours=1)

    assert words("da").exact(summer) == "31. oktober 2027 kl. 02.30.00 (UTC+02:00)"
    assert words("da").exact(winter) == "31. oktober 2027 kl. 02.30.00 (UTC+01:00)"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "i går kl. 14.03"),
        ("en", "yesterday at 14:03"),
    ],
)
def test_each_language_says_it_its_own_way(language: str, said: str) -> None:
    assert words(language).moment(datetime(2027, 2, 7, 13, 3, tzinfo=UTC), NOW) == said


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(hours=58), "58 timer tilbage"),
        (timedelta(days=13), "13 døgn tilbage"),
        (timedelta(hours=1), "1 time tilbage"),
        (timedelta(minutes=46), "46 minutter tilbage"),
        (timedelta(0), "0 minutter tilbage"),
        (-timedelta(minutes=1), "1 minut over fristen"),
        (-timedelta(days=4), "4 døgn over fristen"),
    ],
)
def test_a_clock_says_what_is_left_or_how_long_ago_it_ran_out(left: timedelta, said: str) -> None:
    assert words("da").until(NOW + left, NOW) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 byte"),
        (912, "912 byte"),
        (1000, "1,0 kB"),
        (48_213, "48 kB"),
        (999_999, "1000 kB"),
        (3_214_880, "3,2 MB"),
        (2_147_483_648, "2,1 GB"),
        (7 * 10**15, "7000 TB"),
    ],
)
def test_a_size_has_a_unit_that_people_know(count: int, said: str) -> None:
    assert words("da").size(count) == said


@pytest.mark.parametrize(("language", "said"), [("da", "1.234.567"), ("en", "1,234,567")])
def test_a_large_number_is_grouped_as_its_language_groups_it(language: str, said: str) -> None:
    assert words(language).number(1_234_567) == said
    assert words(language).number(999) == "999"


def test_a_rule_is_dated_in_figures() -> None:
    assert words("da").numeric_day(datetime(2027, 2, 3, 12, tzinfo=UTC)) == "3.2.2027"


def test_a_short_digest_keeps_both_ends() -> None:
    assert short_digest("9f2c4e61" + "0" * 48 + "c8126b4d") == "9f2c4e61…c8126b4d"
