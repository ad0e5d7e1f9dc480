"""`python -m demo up|night|switch|url|psql|run|status|down`: the demo's commands."""

from __future__ import annotations

import os
import sys
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from demo import supervisor
from include.errors import FirstbellError

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
out = Console(highlight=False, soft_wrap=True)

DistrictOption = Annotated[str, typer.Option("--district", help="the district's code")]
AsOfOption = Annotated[str, typer.Option("--as-of", help="YYYY-MM-DD")]


@app.command()
def up(district: DistrictOption = "") -> None:
    """Start everything, run the first nights, show what came out."""
    supervisor.up(out, district or supervisor.DISTRICT)


@app.command()
def night(district: DistrictOption = "", as_of: AsOfOption = "") -> None:
    """Run another night through Airflow: the next school day's, or that of a date."""
    supervisor.night(out, district or supervisor.DISTRICT, _day(as_of))


@app.command()
def switch(district: DistrictOption = "") -> None:
    """Change the SIS: PowerSchool takes over from Ed-Fi, and the next night runs with it."""
    supervisor.change_sis(out, district or supervisor.DISTRICT)


@app.command()
def url(district: DistrictOption = "") -> None:
    """Print the warehouse's connection string."""
    sys.stdout.write(supervisor.url(district or supervisor.DISTRICT) + "\n")


@app.command()
def psql(district: DistrictOption = "") -> None:
    """Open the warehouse in psql."""
    program, address = supervisor.psql(district or supervisor.DISTRICT)
    # the password goes by environment: a command line is visible to every user
    os.environ["PGPASSWORD"] = address.password
    os.execv(program, ["psql", address.without_password])


@app.command()
def docs(district: DistrictOption = "") -> None:
    """Write the data dictionary."""
    supervisor.docs(out, district or supervisor.DISTRICT)


@app.command(context_settings={"ignore_unknown_options": True})
def run(arguments: Annotated[list[str], typer.Argument(help="a module, then its own")]) -> None:
    """Run a Python module where the demo's Airflow runs: `run airflow pools list`."""
    supervisor.run(arguments)


@app.command()
def status() -> None:
    """Say what runs, and where."""
    supervisor.status(out)


@app.command()
def down() -> None:
    """Stop everything; the data stays for the next `up`."""
    supervisor.down(out)


@app.command()
def clean() -> None:
    """Stop everything and delete what the demo made."""
    supervisor.clean(out)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"AS_OF={text}: expected YYYY-MM-DD, e.g. 2022-05-27") from None


def _say(text: str) -> None:
    # a group stands in brackets, which rich takes for its markup
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]✗[/] {escape(text)}")


def main() -> None:
    """Run a command; an expected error is one sentence, not a traceback."""
    try:
        app(standalone_mode=True)
    except FirstbellError as error:
        _say(str(error))
        raise SystemExit(1) from None
    except OSError as error:
        _say(supervisor.explain(error))
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped watching; what was started goes on. `make down` stops it.\n")
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
