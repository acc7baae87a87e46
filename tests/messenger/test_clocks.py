"""A server's clock is put back, by a second or by an hour: what is in order by number stays in order."""

from datetime import datetime, timedelta

from messenger.chat import Author, Posted
from messenger.runs import entry
from messenger.times import now


def written(number: int, at: datetime) -> Posted:
    return Posted(number, 1, 1, "Bread?", at, None, Author(1, "Alice"))


def test_a_run_goes_on_over_a_second_put_back_and_ends_with_an_hour() -> None:
    noon = now().replace(hour=12)
    first = written(1, noon)
    assert entry(written(2, noon), first, reader_id=2).continues
    assert entry(written(2, noon - timedelta(seconds=1)), first, reader_id=2).continues
    # Nobody knows how long the pause was.
    assert not entry(written(2, noon - timedelta(hours=1)), first, reader_id=2).continues
