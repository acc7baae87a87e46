"""The ``course`` command.

No command shows a traceback: an error that the course can explain is a `CourseError`, and any other is one
line that says how to see more (``course -v …``). Every command exits with 1 when something is red.
"""

from __future__ import annotations

import difflib
import sys
import traceback

import click

from course.cli.author import absorb, ripple, shots, site, verify, weave
from course.cli.checks import check, hint, watch
from course.cli.classroom import demo, stage
from course.cli.learner import diff, listing, merge, overview, reset, start
from course.cli.servers import doctor, lab, run
from course.cli.timetable import schedule
from course.errors import CourseError
from course.screen import complain
from course.terminal import survive

SECTIONS: dict[str, tuple[click.Command, ...]] = {
    "Working through a chapter": (listing, start, check, hint, diff, merge, reset, watch),
    "Servers and notebooks": (run, lab, doctor),
    "In the classroom": (stage, demo, schedule),
    "Writing the course": (weave, verify, ripple, absorb, shots, site),
}


class CourseGroup(click.Group):
    """The group of commands, which lists them in sections and suggests a name for a mistyped one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command with this name.

        Raises:
            click.UsageError: if there is none; the message suggests a similar name.
        """
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean `course {near[0]}`?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section for each kind of command."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                rows = [(command.name or "", command.get_short_help_str(limit=200)) for command in commands]
                formatter.write_dl(rows)


@click.group(
    cls=CourseGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option("-v", "--verbose", is_flag=True, help="Show tracebacks.")
@click.pass_context
def cli(context: click.Context, verbose: bool) -> None:
    """Parley: a course on live, server-driven interfaces.

    Without a command: where you are, and what comes next. A chapter N may be written 6, 06 or
    06_group_conversations.
    """
    context.obj = verbose
    if context.invoked_subcommand is None:
        overview()


for command in (command for commands in SECTIONS.values() for command in commands):
    cli.add_command(command)


def main() -> None:
    """Run the command line; exit with a code and, for an error, a message."""
    for stream in (sys.stdout, sys.stderr):
        survive(stream)
    verbose = any(word in ("-v", "--verbose") for word in sys.argv[1:])
    try:
        code = cli.main(prog_name="course", standalone_mode=False)
    except click.exceptions.Abort:
        complain("Stopped.")
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except CourseError as error:
        if verbose:
            traceback.print_exc()
        complain(error.message, error.advice)
        sys.exit(1)
    except KeyboardInterrupt:
        complain("Stopped.")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        if verbose:
            traceback.print_exc()
        what = f"{error.filename}: " if error.filename else ""
        complain(
            f"The operating system reports an error: {what}{error.strerror or error}.",
            "Correct that and try again; `course -v …` shows where it happened.",
        )
        sys.exit(1)
    except Exception as error:
        if verbose:
            traceback.print_exc()
        complain(
            f"Something went wrong inside the course tool: {type(error).__name__}: {error}",
            "Run it again as `course -v …` to see where.",
        )
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)
