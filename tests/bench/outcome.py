"""What a case of the real page has shown, its line of the table, and the aims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

SQLITE, POSTGRES = "SQLite", "PostgreSQL"
AIMED_AT = 200
# Seconds until everybody is back, by the number of members.
BACK = {200: 2.0, 500: 5.0}
# So much one run may differ from another.
NOISE = 1.25


@dataclass(frozen=True)
class Case:
    """The conditions of a measurement.

    Attributes:
        members: so many have the conversation open.
        history: so many earlier messages.
        database: where they are, `SQLITE` or `POSTGRES`.
        conversations: in how many each of them is.
    """

    members: int
    history: int
    database: str = SQLITE
    conversations: int = 1

    def __str__(self) -> str:
        more = f", {self.conversations} conversations each" if self.conversations > 1 else ""
        return f"{self.database}, {self.members} members, {self.history} earlier messages{more}"


@dataclass
class Outcome:
    """The numbers of a case, in the units of the table."""

    case: Case
    page_ms: float = 0
    dashboard_ms: float = 0
    page_bytes: int = 0
    reply_bytes: int = 0
    small_reply_bytes: int = 0
    back_seconds: float = 0
    back_cpu_ms: float = 0
    kilobytes: float = 0
    open_rates: dict[int, tuple[float, float]] = field(default_factory=dict)
    open_cpu_ms: dict[int, float] = field(default_factory=dict)
    per_cpu_second: dict[int, float] = field(default_factory=dict)
    reads: float = 0
    bare_per_cpu_second: float = 0
    statements: float = 0
    own_statements: float = 0
    join_statements: float = 0
    sent: int = 0
    missing: int = 0
    crashes: int = 0
    refusals: int = 0
    put_off: int = 0
    locked: int = 0
    tracebacks: int = 0

    @property
    def of_bare(self) -> float | None:
        """The part of what the engine's bare page did in the same minute, one message in flight."""
        return self.per_cpu_second[1] / self.bare_per_cpu_second if self.bare_per_cpu_second else None

    @property
    def faults(self) -> dict[str, int]:
        """The complaints of clients and log, by kind."""
        found = {
            "views crashed": self.crashes,
            "refused": self.refusals,
            "put off": self.put_off,
            "database is locked": self.locked,
            "tracebacks": self.tracebacks,
        }
        return {name: number for name, number in found.items() if number}

    @property
    def errors(self) -> str:
        """The same in words."""
        return ", ".join(f"{number} {name}" for name, number in self.faults.items()) or "none"

    @property
    def spreads(self) -> str:
        """Fan-out at each rate."""
        return "; ".join(f"{rate}/s: {p50:.0f} / {p99:.0f}" for rate, (p50, p99) in self.open_rates.items())


PAGES_HEAD = """| database | history | members | dashboard / page, CPU ms | page kB | join reply kB, 5 / all members | all back s | CPU ms a rejoin | kB/viewer | statements a join |
|---|---|---|---|---|---|---|---|---|---|"""  # noqa: E501
MESSAGES_HEAD = """| database | history | members | fan-out p50 / p99 ms | CPU ms a message | u/CPU-s, 1 / 4 in flight | reads a message there | of the engine's page | statements a message (sender's own) | missing | errors |
|---|---|---|---|---|---|---|---|---|---|---|"""  # noqa: E501


def tables(outcomes: Sequence[Outcome]) -> str:
    """Both tables, as Markdown: pages and joins, and messages."""
    pages, messages = [PAGES_HEAD], [MESSAGES_HEAD]
    for one in outcomes:
        case = f"| {one.case.database} | {one.case.history} | {one.case.members} "
        pages.append(
            f"{case}| {one.dashboard_ms:.1f} / {one.page_ms:.1f} | {one.page_bytes / 1000:.0f} "
            f"| {one.small_reply_bytes / 1000:.0f} / {one.reply_bytes / 1000:.0f} "
            f"| {one.back_seconds:.2f} | {one.back_cpu_ms:.1f} | {one.kilobytes:.0f} "
            f"| {one.join_statements:.1f} |"
        )
        messages.append(
            f"{case}| {one.spreads} "
            f"| {'; '.join(f'{rate}/s: {ms:.1f}' for rate, ms in one.open_cpu_ms.items())} "
            f"| {' / '.join(f'{value:,.0f}' for value in one.per_cpu_second.values())} "
            f"| {one.reads:.1f} "
            f"| {f'{one.of_bare:.3f}' if one.of_bare is not None else '–'} "
            f"| {one.statements:.1f} ({one.own_statements:.1f}) "
            f"| {one.missing:,} of {one.sent * one.case.members:,} | {one.errors} |"
        )
    return "\n".join([*pages, "", *messages])


def aims(outcomes: Sequence[Outcome]) -> str:
    """Return the aims as text, each with whether it is reached."""
    lines, least = [], min(one.case.history for one in outcomes)
    for one in outcomes:
        wanted = [
            (f"all back in {one.back_seconds:.2f} s", one.back_seconds <= BACK.get(one.case.members, 2.0)),
        ]
        if one.case.members == AIMED_AT:
            p99 = max(p99 for _, p99 in one.open_rates.values())
            wanted += [
                (f"errors: {one.errors}; missing: {one.missing}", not one.faults and not one.missing),
                (f"p99 {p99:.0f} ms (60)", p99 <= 60),
                (
                    f"{one.statements:.1f} statements a message beyond the sender's own (3)",
                    one.statements <= 3,
                ),
                (
                    f"join reply {one.small_reply_bytes / 1000:.0f} and {one.reply_bytes / 1000:.0f} kB (45)",
                    max(one.small_reply_bytes, one.reply_bytes) <= 45_000,
                ),
                (f"{one.kilobytes:.0f} kB a viewer (90)", one.kilobytes <= 90),
                (f"dashboard {one.dashboard_ms:.1f} ms (6)", one.dashboard_ms <= 6),
                (f"conversation {one.page_ms:.1f} ms (8)", one.page_ms <= 8),
            ]
            if one.of_bare is not None:
                wanted.append((f"{one.of_bare:.3f} of the engine's page (0.3)", one.of_bare >= 0.3))
        before = [other for other in outcomes if other.case == replace(one.case, history=least)]
        if one.case.history > least and before:
            wanted += flat(before[0], one)
        lines.append(f"{one.case}. Aims:")
        lines += [f"- {'pass' if passed else 'FAIL'}: {text}" for text, passed in wanted]
    return "\n".join(lines)


def flat(before: Outcome, after: Outcome) -> list[tuple[str, bool]]:
    """Whether more earlier messages make it no dearer, but for what differs from run to run anyway."""
    found = []
    for name in ("page_ms", "dashboard_ms", "back_cpu_ms", "kilobytes", "statements", "join_statements"):
        more, less = getattr(after, name), getattr(before, name)
        found.append((f"{name}: {less:.1f}, then {more:.1f}", more <= less * NOISE + 1))
    more, less = after.per_cpu_second[1], before.per_cpu_second[1]
    found.append((f"u/CPU-s: {less:,.0f}, then {more:,.0f}", more * NOISE >= less))
    title = f"flat from {before.case.history} to {after.case.history} messages"
    return [(f"{title}, {text}", passed) for text, passed in found]
