"""`yizhan bot train | parse | test | evaluate`: bots as files, without a hub; for pipelines and for measuring.

`publish` needs a hub's store, and stands in `server/__main__.py` with the other commands that do.

Faults of a project are told as `file:line`, on standard error, and end the command with 1.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hub.errors import HubError, Invalid

if TYPE_CHECKING:
    from bots.nlu.encoder import Encoder
    from bots.nlu.evaluation import Report
    from bots.project.model import Project
    from bots.trained import Trained

bot = typer.Typer(help="Bots as files: train them, ask them, judge them.", no_args_is_help=True)
SHOWN = 10

Folder = Annotated[Path, typer.Argument(help="Folder of a Rasa project.")]
Encoding = Annotated[bool, typer.Option("--encoder/--no-encoder", help="Use the sentence encoder if it is installed.")]


@bot.command()
def train(
    folder: Folder,
    out: Annotated[Path, typer.Option(help="File that the trained bot is written to.")],
    encoder: Encoding = True,
) -> None:
    """Train a bot and write it into one file."""
    with telling_faults():
        from bots.trained import pack

        out.write_bytes(pack(_trained(_project(folder), _encoder(wanted=encoder))))
        typer.echo(f"{out}: {out.stat().st_size} bytes", err=True)


@bot.command()
def parse(
    model: Annotated[Path, typer.Argument(help="A file that `train` wrote.")],
    file: Annotated[str, typer.Option(help="One sentence a line; `-` is standard input.")] = "-",
    encoder: Encoding = True,
) -> None:
    """Print what each line means: one Rasa `/model/parse` answer a line, as JSON."""
    with telling_faults():
        from bots.nlu.rasa_json import told
        from bots.trained import unpack

        trained, meaning = unpack(_bytes(model)), _encoder(wanted=encoder)
        for line in _lines(file):
            text = line.rstrip("\r\n")
            vector = meaning.encode([text])[0] if meaning and trained.understanding.wants_vector(text) else None
            found = told(trained.understanding.parse(text, vector), trained.project)
            typer.echo(msgspec.json.encode(found).decode())


@bot.command()
def evaluate(
    folder: Folder,
    nlu: Annotated[Path | None, typer.Option(help="Sentences to judge by; without, the bot's own, in turn.")] = None,
    encoder: Encoding = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")] = False,
) -> None:
    """Judge a bot by sentences that it was not trained with; `oos` and `out_of_scope` are strangers to it."""
    with telling_faults():
        report = _judged(folder, nlu, _encoder(wanted=encoder))
        typer.echo(msgspec.json.encode(report).decode() if as_json else "\n".join(_told_lines(report)))


def _judged(folder: Path, nlu: Path | None, encoder: "Encoder | None") -> "Report":
    from bots.nlu.evaluation import cross_validated, evaluated
    from bots.project.held_out import sentences

    if nlu is None:
        return cross_validated(_project(folder), encoder, tell=_tell)
    held = sentences(str(nlu), _bytes(nlu).decode("utf-8-sig", "replace"))
    if not held:
        raise Invalid("There is no sentence to judge by", path=str(nlu), hint="It needs an `nlu:` section.")
    return evaluated(_trained(_project(folder, but=nlu), encoder).understanding, held, encoder)


@bot.command("test")
def play(folder: Folder, encoder: Encoding = True) -> None:
    """Play the bot's test conversations, and show where it first does otherwise; the exit code says whether it does."""
    with telling_faults():
        import asyncio

        from bots.testing import run
        from hub.clock import SystemClock

        meaning = _encoder(wanted=encoder)
        trained = _trained(_project(folder), meaning)
        results = asyncio.run(run(trained, at=SystemClock().now(), encoder=meaning))
        for one in results:
            typer.echo(str(one))
        failed = sum(not one.passed for one in results)
        typer.echo(f"{len(results) - failed} of {len(results)} conversations went as written")
        if failed or not results:
            raise typer.Exit(1)


def _project(folder: Path, *, but: Path | None = None) -> "Project":
    """Read a project, or sentences alone; those it shall be judged by are never among those it learns."""
    from bots.nlu.entities.patterns import faults as refused_patterns
    from bots.project.bare import with_domain
    from bots.project.faults import NotABot
    from bots.project.folder import texts
    from bots.project.reading import checked

    found = texts(folder)
    if but is not None and but.resolve().is_relative_to(folder.resolve()):
        found.pop(but.resolve().relative_to(folder.resolve()).as_posix(), None)
    project, faults = checked(with_domain(found))
    if project is None:
        raise NotABot(faults)
    for fault in (*faults, *refused_patterns(project)):
        typer.echo(str(fault), err=True)
    return project


def _trained(project: "Project", encoder: "Encoder | None") -> "Trained":
    from bots.nlu.training import train as learn
    from bots.trained import trained_of

    return trained_of(project, learn(project, encoder, _tell))


def _encoder(*, wanted: bool) -> "Encoder | None":
    from bots.nlu.encoder import load

    return load() if wanted else None


def _tell(fraction: float, stage: str) -> None:
    """Show how far it is, where somebody looks."""
    if sys.stderr.isatty():
        typer.echo(f"\r{fraction:4.0%} {stage:<12}", err=True, nl=fraction >= 1)


def _lines(file: str) -> Iterator[str]:
    if file == "-":
        yield from sys.stdin
        return
    yield from _bytes(Path(file)).decode("utf-8-sig", "replace").splitlines()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path} cannot be read", hint=error.strerror or "") from error


@contextmanager
def telling_faults() -> Iterator[None]:
    """Work on one thread, as the hub does, and say what is wrong with a bot at its file and line."""
    from bots.project.faults import NotABot
    from bots.serving.child import ONE_THREAD

    os.environ.update(ONE_THREAD)
    try:
        yield
    except NotABot as error:
        for fault in error.faults:
            typer.echo(str(fault), err=True)
        raise typer.Exit(1) from error
    except (HubError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _told_lines(report: "Report") -> Iterator[str]:
    yield f"sentences            {report.examples}" + (f", {report.folds} folds" if report.folds else "")
    yield f"accuracy             {report.accuracy:.4f}"
    yield f"macro-F1             {report.macro_f1:.4f}"
    yield f"own ones stopped     {report.rejected:.4f}"
    if report.out_of_scope is not None:
        yield f"out-of-scope recall  {report.out_of_scope:.4f}"
    if report.entity_f1 is not None:
        yield f"entity F1            {report.entity_f1:.4f}"
    if report.threshold is not None:
        yield f"threshold            {report.threshold:.4f}"
    if report.weak:
        yield f"weak intents         {', '.join(report.weak)}"
    for one in report.confusion[:SHOWN]:
        yield f"{one.count:4} x {one.expected} -> {one.got}: {one.examples[0] if one.examples else ''}"
