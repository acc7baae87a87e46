"""`make bench`: measure, and print one table. See README.md beside this file."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

if __name__ == "__main__":
    # For what all tests have.
    sys.path.append(str(Path(__file__).parents[1]))

import outcome as real_outcome
from measure import Result, gather_crowd, measure
from outcome import POSTGRES, SQLITE, Case, Outcome
from postgres import why_not
from real import PHASES, measure_real
from servers import BARE, OURS, PEER, REAL, Kind, Server, interpreter, pin
from support import guard

HEAD = (
    "| server | history | viewers | u/CPU-s | of bare | fan-out p50 / p99 ms | bytes | join p50 ms | kB/viewer | all back s |\n"  # noqa: E501
    "|---|---|---|---|---|---|---|---|---|---|"
)
LIMIT_SECONDS = 60 * 60
# What the engine's page shall reach of bare ASGI, by the number of viewers. Few viewers share less.
OF_BARE = {50: 0.6, 200: 0.7, 500: 0.7}
# Of the messenger: for each rate, and for each closed loop.
REAL_SECONDS = (10.0, 10.0)
REAL_SECONDS_QUICK = (10.0, 6.0)


def main() -> None:
    """Run what the command line asks for."""
    options = parse(sys.argv[1:])
    guard.begin()
    pinned = pin(psutil.Process(), 1)
    print(f"server on core 0, load on core 1: {'yes' if pinned else 'not possible here'}", flush=True)
    results = asyncio.run(run(options)) if set(options.only) - {REAL.name} else []
    outcomes = asyncio.run(run_real(options)) if REAL.name in options.only else []
    if results:
        print("\n" + table(results) + "\n\n" + aims(results))
    if outcomes:
        print("\n" + real_outcome.tables(outcomes) + "\n\n" + real_outcome.aims(outcomes))


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Compare quart_live with bare ASGI and with pyview.")
    parser.add_argument("--quick", action="store_true", help="few cases, about a minute")
    parser.add_argument("--seconds", type=float, help="how long messages are sent in each case")
    parser.add_argument("--viewers", type=int, nargs="+", help="how many viewers, by default 50 200 500")
    parser.add_argument("--history", type=int, nargs="+", help="earlier messages, by default 10 1000 10000")
    parser.add_argument("--members", type=int, nargs="+", help="of the messenger's conversation, 20 200 500")
    parser.add_argument("--earlier", type=int, nargs="+", help="its earlier messages, by default 60 10000")
    parser.add_argument("--conversations", type=int, default=1, help="of each member, by default 1")
    parser.add_argument("--rates", type=int, nargs="+", help="messages a second there, by default 1 3 5")
    parser.add_argument("--database", nargs="+", choices=["sqlite", "postgresql"], help="by default both")
    parser.add_argument(
        "--profile",
        nargs="*",
        choices=PHASES,
        help="what takes the messenger's time, by default for messages",
    )
    kinds = ["bare", "quart_live", "pyview", "messenger"]
    parser.add_argument("--only", nargs="+", default=kinds, choices=kinds, help="which servers")
    options = parser.parse_args(arguments)
    options.members = options.members or ([200] if options.quick else [20, 200, 500])
    options.earlier = options.earlier or ([60] if options.quick else [60, 10_000])
    options.database = options.database or (["sqlite"] if options.quick else ["sqlite", "postgresql"])
    options.profile = [] if options.profile is None else options.profile or PHASES[:1]
    options.rates = options.rates or ([5] if options.quick else [1, 3, 5])
    real_seconds = REAL_SECONDS_QUICK if options.quick else REAL_SECONDS
    options.real_seconds = (options.seconds, options.seconds) if options.seconds else real_seconds
    options.seconds = options.seconds or (2.0 if options.quick else 8.0)
    options.viewers = options.viewers or ([50, 200] if options.quick else [50, 200, 500])
    options.history = options.history or ([10, 1000] if options.quick else [10, 1000, 10_000])
    return options


def cases(options: argparse.Namespace) -> list[tuple[Kind, int]]:
    """Server and history of each case, those to be compared one after the other."""
    return [
        (kind, history) for history in options.history for kind in (OURS, PEER) if kind.name in options.only
    ]


async def run(options: argparse.Namespace) -> list[Result]:
    """Measure case by case. Bare ASGI with as many viewers stays, and takes turns with each case."""
    results: list[Result] = []
    begun = time.monotonic()
    for viewers in options.viewers:
        with contextlib.ExitStack() as stack:
            bare = None
            if "bare" in options.only:
                server = stack.enter_context(Server(BARE, 0, Path(sys.executable)))
                result = await measure(BARE, 0, viewers, server, options.seconds)
                results.append(tell(result))
                bare, _ = await gather_crowd(BARE, viewers, server)
            for kind, history in cases(options):
                if time.monotonic() - begun > LIMIT_SECONDS:
                    print("An hour is enough; the rest is left out.")
                    return results
                if (python := await asyncio.to_thread(interpreter, kind)) is None:
                    continue
                with Server(kind, history, python) as server:
                    try:
                        result = await measure(kind, history, viewers, server, options.seconds, bare)
                    except (OSError, RuntimeError, TimeoutError) as error:
                        print(f"{kind.name} with {viewers} viewers failed: {error!r}", flush=True)
                        continue
                results.append(tell(result))
    return results


async def run_real(options: argparse.Namespace) -> list[Outcome]:
    """Measure the messenger's own page, case by case."""
    outcomes = []
    databases = [SQLITE] if SQLITE.lower() in options.database else []
    if POSTGRES.lower() in options.database:
        if reason := why_not():
            print(reason, flush=True)
        else:
            databases.append(POSTGRES)
    for database, history, members in itertools.product(databases, options.earlier, options.members):
        case = Case(members, history, database, options.conversations)
        print(f"messenger, {case}", flush=True)
        try:
            outcomes.append(await measure_real(case, options.rates, options.real_seconds, options.profile))
        except (OSError, RuntimeError, TimeoutError) as error:
            print(f"  failed: {error!r}", flush=True)
    return outcomes


def tell(result: Result) -> Result:
    """Print one line, for those who wait."""
    title = f"{result.kind.name}, {result.viewers} viewers"
    if result.history:
        title += f", {result.history} earlier messages"
    share = f", {result.of_bare:.2f} of bare ASGI" if result.of_bare is not None else ""
    print(f"{title}: {result.per_cpu_second:,.0f} updates per CPU-second{share}", flush=True)
    return result


def table(results: Sequence[Result]) -> str:
    """The results as Markdown."""
    lines = [HEAD]
    for result in results:
        share = result.of_bare
        lines.append(
            f"| {result.kind.name} | {result.history or '–'} | {result.viewers} "
            f"| {result.per_cpu_second:,.0f} | "
            f"{f'{share:.2f}' if share is not None else '–'} | {result.p50_ms:.1f} / {result.p99_ms:.1f} | "
            f"{result.bytes:.0f} | {f'{result.join_ms:.1f}' if result.kind.speaks_live else '–'} | "
            f"{result.kilobytes:.0f} | {result.back_seconds:.2f} |"
        )
    return "\n".join(lines)


def aims(results: Sequence[Result]) -> str:
    """Return the aims as text, each with its result."""
    ours = [result for result in results if result.kind is OURS]
    lines = [f"{os.cpu_count()} cores, Python {sys.version.split()[0]}. Aims:"]
    for result in ours:
        if result.of_bare is not None:
            aim = OF_BARE.get(result.viewers, 0.6)
            word = "pass" if result.of_bare >= aim else "FAIL"
            title = f"{result.viewers} viewers, {result.history} earlier messages"
            lines.append(f"- {word}: {title}: {result.of_bare:.2f} of bare ASGI ({aim})")
    ratios = [
        result.per_cpu_second / other.per_cpu_second
        for result in ours
        for other in results
        if other.kind is PEER and (other.viewers, other.history) == (result.viewers, result.history)
    ]
    if ratios:
        lines.append(f"- times pyview: {min(ratios):.1f} to {max(ratios):.1f} (at least 6)")
    for result in ours:
        bare = [other for other in results if other.kind is BARE and other.viewers == result.viewers]
        if bare and result.history == max(other.history for other in ours):
            limit = 3 * bare[0].back_seconds + result.viewers * result.join_cpu_ms / 1000
            lines.append(
                f"- {result.viewers} back in {result.back_seconds:.2f} s (3 × bare + joins: {limit:.2f} s, "
                "and 2 s at most)"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
