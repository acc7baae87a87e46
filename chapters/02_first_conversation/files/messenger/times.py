"""Times: stored in UTC, shown in the time zone of the server."""

from datetime import UTC, date, datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import DateTime, Dialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A column for a moment in UTC. SQLite drops the time zone of what it stores; this adds it again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


class Timestamps:
    """A mixin for models: when a record was made, and when it last changed."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    @property
    def mark(self: Any) -> str:
        """The name of this record in a browser. The id does not suffice: a new database begins with 1."""
        return f"{self.id}-{self.created_at.timestamp():.6f}"


def clock(moment: datetime) -> str:
    """Return the time of day, for example `14:32`."""
    return f"{moment.astimezone():%H:%M}"


def clock_or_day(moment: datetime) -> Markup:
    """Return `14:32` for today, else `3 Mar`."""
    day = day_of(moment)
    return by_day(moment, clock(moment), f"{day.day} {day:%b}")


def day_of(moment: datetime) -> date:
    """Return the calendar day of a moment, in the server's time zone."""
    return moment.astimezone().date()


def day_name(moment: datetime) -> Markup:
    """Return `Today`, `Yesterday` or `Monday, 3 March 2025`."""
    day = day_of(moment)
    return by_day(moment, "Today", "Yesterday", f"{day:%A}, {day.day} {day:%B %Y}")


def by_day(moment: datetime, *words: str) -> Markup:
    """Return the first word for today, the next for yesterday, and so on; the last for all other days."""
    day = day_of(moment)
    days_ago = (day_of(now()) - day).days
    said = words[days_ago] if 0 <= days_ago < len(words) else words[-1]
    # The page has all the words, so that the right one stands there after midnight too: see days.js.
    element = Markup('<time datetime="{}" data-day="{}" data-words="{}">{}</time>')
    return element.format(moment.isoformat(), day, "|".join(words), said)
