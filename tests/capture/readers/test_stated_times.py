from __future__ import annotations

import time

import pytest

from capture.readers.stated_times import is_stated_time

TIMES = """2t|5 min.|3 d.|1 uge|for et par timer siden|en time siden|about an hour ago
over 2 years ago|i forgårs|i morges|14.03|kl. 14:03|lør. 21. nov. 2026 kl. 14.03
mandag den 3. november 2026 kl. 12:00|man 3/11|20/11/26|20/11/2026, 14:03:11|20-11-2026 14:03
2026-11-20 14:03|2026-11-20T14:03:00Z|2026-11-20T14:03:00.000+01:00|3. november|Nov 3, 2026
Nov 3|3 Nov 2026, 14:03|Tuesday, November 3, 2026 2:03 PM|3rd of November 2026
yesterday at 2:03 PM|for 2 måneder siden|2 mdr. siden|nå nettopp|for 3 dager siden|et minut siden
for nylig|november 2026|21. nov. 2026 14.03 · Redigeret|(redigeret) 2 t|20.11.2026 - 14:03
20. nov 2026, kl. 14:03|i går, 14:03|I dag 09:12|2 hours, 5 minutes ago|1 md.|4 uker siden
lør, 11/20/2026 - 14:03|d. 3. nov. 2026|kl. 23.59|for 2 timer siden|20/11 2026 kl. 14:03
vor 2 Stunden|vor einem Tag|Gestern, 14:03 Uhr|20. November 2026 um 14:03|Heute um 10:12
för 2 timmar sedan|3 tim|igår 14:03|den 20 november 2026 kl. 14.03|Mon Nov 20, 2026 2:03 pm
14:03 - 20. nov 2026|So 20. Nov 2026, 14:03|20.11.2026, 14:03 Uhr|nyss|gerade eben"""
WORDS = """Ole|Tom|Tim|Maj|nej|3|112|3/11|14|99.99|25:00|2 idioter|i dag er det slut|mandag morgen
en dag skal du dø|to børn|Marts Hansen|jeg kommer kl. 14|2 t er lang tid|for sent|to m|nu er det nok
20|2026|November|May I|5 stjerner"""


@pytest.mark.parametrize("words", TIMES.replace("\n", "|").split("|"))
def test_words_that_tell_a_time_are_known(words: str) -> None:
    assert is_stated_time(f" {words}\n")


@pytest.mark.parametrize("words", WORDS.replace("\n", "|").split("|"))
def test_words_that_say_something_else_are_no_time(words: str) -> None:
    assert not is_stated_time(words)


def test_a_line_made_to_take_long_is_judged_at_once() -> None:
    began = time.process_time()
    for start in ("for ", "ca. ", "2 t ", "den ", "  ", "1", "en "):
        assert not is_stated_time(start * 40_000 + "x")
        assert not is_stated_time((start * 80)[:79] + "x")
    assert time.process_time() - began < 5
