"""The finished messenger with a real database, and its conversation open for all members: one case."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

from gathering import Conversation, InFlight, beat
from measure import Sending, gather_crowd
from member import Trouble
from outcome import POSTGRES, Case, Outcome
from postgres import postgres
from profiling import profiled
from servers import HERE, OURS, REAL, ROOT, Server

TURNS = 4
IN_FLIGHT = (1, 4)
# What a profile can be of.
PHASES = ("messages", "joins", "pages", "dashboard")
WARM_UP = 5
PAGES = 40
COUNTED = 20
JOINS_COUNTED = 10


def prepare(case: Case, settings: dict[str, str]) -> dict[str, Any]:
    """Fill the database."""
    numbers = map(str, (case.members, case.history, case.conversations))
    command = [sys.executable, str(HERE / "preparing.py"), *numbers]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "app"), **settings}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def cpu_ms(server: Server, requests: Sequence[Callable[[], object]]) -> float:
    """Return the cost of one of these requests for the server, in milliseconds of CPU."""
    before = server.cpu()
    for request in requests:
        request()
    cpu: float = server.cpu() - before
    return cpu / len(requests) * 1000


@contextlib.asynccontextmanager
async def running(case: Case) -> AsyncIterator[tuple[Server, dict[str, Any], Path]]:
    """The messenger with a filled database. Yields the server, what was made, and the server's log."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        settings = {
            "PARLEY_SECRET_KEY": "for the benchmark",
            "PARLEY_DATA": folder,
            "PARLEY_DATABASE_URL": "",
        }
        if case.database == POSTGRES:
            settings["PARLEY_DATABASE_URL"] = stack.enter_context(postgres())
        made = await asyncio.to_thread(prepare, case, settings)
        log = Path(folder) / "server.log"
        with Server(REAL, case.history, Path(sys.executable), settings, log) as server:
            yield server, made, log


async def measure_real(
    case: Case, rates: Sequence[int], seconds: tuple[float, float], profiles: Sequence[str] = ()
) -> Outcome:
    """Measure one case.

    Args:
        case: which one.
        rates: messages a second, one after the other.
        seconds: for how long each, and for how long each closed loop. As many viewers of the engine's bare
            page take turns with these.
        profiles: of which of `PHASES` a profile is wanted.
    """
    outcome, trouble = Outcome(case), Trouble()
    async with running(case) as (server, made, log):
        large = Conversation(server, made["large"], trouble)
        small = Conversation(server, made["small"], trouble, first=10**6)
        await asyncio.to_thread(measure_pages, outcome, large, small)
        await measure_coming(outcome, large, small)
        for rate in rates:
            before, sent = server.cpu(), large.messages
            outcome.open_rates[rate] = spread(await large.at_a_rate(rate, seconds[0]))
            await large.settle()
            outcome.open_cpu_ms[rate] = (server.cpu() - before) / (large.messages - sent) * 1000
        await measure_loops(outcome, large, seconds[1])
        before = server.cpu()
        outcome.back_seconds = await large.drop_and_return(large.members)
        await large.settle()
        outcome.back_cpu_ms = (server.cpu() - before) / case.members * 1000
        for phase in profiles:
            await print_profile(phase, large, seconds[1])
        await count_statements(outcome, server, large, small)
        outcome.sent, outcome.missing = large.messages, large.missing
        large.leave()
        small.leave()
        look_at(outcome, trouble, log.read_text(errors="replace"))
    return outcome


def measure_pages(outcome: Outcome, large: Conversation, small: Conversation) -> None:
    """Measure first requests."""
    for member in small.members:
        member.fetch()
        member.look_at("/")
    members = large.members[:PAGES]
    outcome.dashboard_ms = cpu_ms(large.server, [functools.partial(one.look_at, "/") for one in members])
    outcome.page_ms = cpu_ms(large.server, [one.fetch for one in members])
    for member in large.members[PAGES:]:
        member.fetch()
    outcome.page_bytes = large.members[0].page_bytes


async def measure_coming(outcome: Outcome, large: Conversation, small: Conversation) -> None:
    """Measure joins: their bytes, and the memory that they leave."""
    await small.come(small.members)
    outcome.small_reply_bytes = small.members[0].reply_bytes
    memory = large.server.memory()
    await large.come(large.members)
    outcome.reply_bytes = large.members[0].reply_bytes
    await large.settle()
    for _ in range(WARM_UP):
        await large.wait_for(large.say())
    await large.settle()
    outcome.kilobytes = max(0, large.server.memory() - memory) / len(large.members) / 1024


async def measure_loops(outcome: Outcome, large: Conversation, seconds: float) -> None:
    """The closed loops, in turns: a machine is rarely as fast as it was a minute ago."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server(OURS, outcome.case.history, Path(sys.executable)))
        bare, _ = await gather_crowd(OURS, len(large.members), server)
        stack.callback(bare.leave)
        stack.callback(asyncio.create_task(beat(lambda: bare.viewers)).cancel)
        loops, beside = [InFlight(large, number) for number in IN_FLIGHT], Sending(bare)
        turns = max(1, min(TURNS, round(seconds)))
        for _ in range(turns):
            for loop in (*loops, beside):
                await loop.go_on(seconds / turns)
    outcome.per_cpu_second = {loop.number: loop.per_cpu_second for loop in loops}
    outcome.bare_per_cpu_second = beside.per_cpu_second
    outcome.reads = loops[0].reads / loops[0].messages


async def count_statements(
    outcome: Outcome, server: Server, large: Conversation, small: Conversation
) -> None:
    """Count the statements of the database, in a phase of its own: counting costs time, too."""
    small.leave()
    alone = small.members[0]
    alone.reads = False
    await small.come([alone])
    await large.settle()

    async def ask() -> int:
        return int(await asyncio.to_thread(server.ask, "/bench/statements"))

    before = await ask()
    for _ in range(COUNTED):
        await small.wait_for(small.say())
    own = await ask()
    await large.at_a_rate(5, COUNTED / 5)
    await large.settle()
    after = await ask()
    some = large.members[:JOINS_COUNTED]
    await large.drop_and_return(some)
    await large.settle()
    outcome.join_statements = (await ask() - after) / len(some)
    outcome.own_statements = (own - before) / COUNTED
    outcome.statements = (after - own) / COUNTED - outcome.own_statements


async def print_profile(phase: str, large: Conversation, seconds: float) -> None:
    """Let something happen once more, and print what takes the server's time meanwhile."""
    found: list[str] = []
    async with profiled(large.server, found):
        if phase == "messages":
            await large.one_by_one(seconds)
        elif phase == "joins":
            await large.drop_and_return(large.members)
        else:
            members = large.members[:PAGES]
            requests = [member.fetch for member in members] if phase == "pages" else []
            requests = requests or [functools.partial(member.look_at, "/") for member in members]
            await asyncio.to_thread(cpu_ms, large.server, requests)
        await large.settle()
    print(f"\n--- profile: {phase} ---\n{''.join(found)}", flush=True)


def spread(delays: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds."""
    if len(delays) < 2:
        return float("inf"), float("inf")
    cuts = statistics.quantiles(delays, n=100)
    return cuts[49] * 1000, cuts[98] * 1000


def look_at(outcome: Outcome, trouble: Trouble, log: str) -> None:
    """Note the complaints of the clients and of the log in the outcome."""
    outcome.crashes, outcome.refusals, outcome.put_off = trouble.crashes, trouble.refusals, trouble.put_off
    outcome.locked = log.count("database is locked")
    outcome.tracebacks = len(re.findall(r"^Traceback", log, re.MULTILINE))
    if log.strip():
        print("  " + "\n  ".join(log.strip().splitlines()[-5:]))
