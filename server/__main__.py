"""The command line: `yizhan serve`, `worker`, `demo`, `user`, `check`, `openapi`, `config`, `migrate`, `simulate`..."""

import asyncio
import sys
from collections.abc import Coroutine
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from config.settings import Settings, WrongSetting, load
from hub.errors import HubError
from server.bot_command import bot
from server.routing_command import simulate_routing

app = typer.Typer(
    name="yizhan", help="Yizhan 驿站: one inbox for every channel.", no_args_is_help=True, add_completion=False
)
user = typer.Typer(help="People who log in.", no_args_is_help=True)
app.add_typer(user, name="user")
secrets = typer.Typer(help="The keys that seal what channels must not tell.", no_args_is_help=True)
app.add_typer(secrets, name="secrets")
audit = typer.Typer(help="The record of administrative acts.", no_args_is_help=True)
app.add_typer(audit, name="audit")
app.add_typer(bot, name="bot")


class Stages(TyperGroup):
    """`simulate wechat` means `simulate channel wechat`: what is no command here is a channel."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; `ctx` and the answer are click's."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["channel", *args])


simulate = typer.Typer(
    cls=Stages, help="Providers played on this machine; routing policies tried on traffic.", no_args_is_help=True
)
app.add_typer(simulate, name="simulate")
simulate.command("routing")(simulate_routing)

_OWNS_LOG = ContextVar("owns_log", default=False)
"""Whether the log of the process is the command line's to set up."""
Data = Annotated[str | None, typer.Option(help="Folder of the embedded store.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on.")]
Worker = Annotated[bool | None, typer.Option("--worker/--no-worker", help="Work the queues here too.")]


@app.command()
def serve(data: Data = None, host: Host = None, port: Port = None, worker: Worker = None) -> None:
    """Serve the pages, the API and the webhooks."""
    from server.greeting import greet
    from server.serving import serve as run

    settings = _settings(data=data, host=host, port=port, worker=worker)
    _run(settings, run(settings, greet))


@app.command()
def worker(data: Data = None) -> None:
    """Work the queues and nothing else; needs a store that processes can share."""
    from server.serving import work

    settings = _settings(data=data, worker=True)
    _run(settings, work(settings))


@app.command()
def demo(data: Data = None, host: Host = None, port: Port = None) -> None:
    """Serve with demo data: log-ins of every role, and a page with the chat widget."""
    from server.demo_actions import acting
    from server.greeting import greet_demo
    from server.serving import serve as run

    settings = _settings(data=data, host=host, port=port, demo=True)

    async def play() -> None:
        async with acting(settings):
            await run(settings, greet_demo)

    _run(settings, play())


@user.command("add")
def add_user(
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: Annotated[str, typer.Option(help="administrator, lead, quality, agent, designer, marketer")] = "agent",
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
    data: Data = None,
) -> None:
    """Let somebody in."""
    from server.staffing import add

    settings = _settings(data=data, worker=False)
    _run(settings, add(settings, email=email, name=name, role=role, password=password))


@bot.command("publish")
def publish_bot(
    source: Annotated[Path, typer.Argument(help="Folder of a Rasa project, or a file that `train` wrote.")],
    id: Annotated[str, typer.Option("--bot", help="The bot's id.")],
    new: Annotated[str, typer.Option(help="Its name, to make it when there is none of this id.")] = "",
    language: Annotated[str, typer.Option(help="Of a new bot: zh-CN, en...")] = "",
    server: Annotated[str, typer.Option(help="Address of a hub that runs, to do it by its API.")] = "",
    token_file: Annotated[Path | None, typer.Option(help="File with an API token for that hub.")] = None,
    data: Data = None,
) -> None:
    """Let it answer as a bot of this installation, or of a hub that runs, from the next turn on."""
    from server.bot_command import telling_faults
    from server.bot_publishing import brought, publish
    from server.bot_sending import send, token_of

    settings = _settings(data=data, worker=False)
    with telling_faults():
        what = brought(source, _tell)
        token = token_of(token_file) if token_file else ""
    if server:
        _run(settings, send(server, token, what, id, _tell, new=new, language=language))
    else:
        _run(settings, publish(settings, what, id, _tell, new=new, language=language))


@secrets.command("new")
def new_secret_key(id: Annotated[str, typer.Option(help="Its name; today's date if none is given.")] = "") -> None:
    """Print a new key for `secret_keys`: put it before the others."""
    from server.rotating import new_key

    typer.echo(new_key(id))


@secrets.command("rotate")
def rotate_secrets(data: Data = None) -> None:
    """Seal every stored secret again under the newest key; safe to repeat."""
    from server.rotating import rotate

    settings = _settings(data=data, worker=False)
    _run(settings, rotate(settings, typer.echo))


@audit.command("verify")
def verify_audit(
    seq: Annotated[int, typer.Option(help="Number of a record whose hash you noted.")] = 0,
    hash: Annotated[str, typer.Option(help="That hash, from the log.")] = "",
    data: Data = None,
) -> None:
    """Check that no administrative act was changed or removed since it was written."""
    from server.rotating import check_audit

    settings = _settings(data=data, worker=False)
    witness = (seq, hash) if seq and hash else None
    _run(settings, check_audit(settings, typer.echo, witness=witness))


@app.command()
def check() -> None:
    """Check manifests, routes and settings; the exit code says whether all is well."""
    from server.checks import faults

    found = faults(_settings())
    for fault in found:
        typer.echo(fault, err=True)
    typer.echo(f"{len(found)} faults" if found else "manifests, routes and settings are in order")
    raise typer.Exit(1 if found else 0)


@app.command()
def parse(
    channel: str,
    file: Annotated[Path, typer.Argument(help="A mail (.eml), a recorded call (.http), or the bare body of a call.")],
    setting: Annotated[list[str] | None, typer.Option(help="A setting of the inbox, name=value; repeat it.")] = None,
    header: Annotated[list[str] | None, typer.Option(help="A header of the call, `name: value`; repeat it.")] = None,
    method: str = "POST",
    url: Annotated[str, typer.Option(help="The address that was called, query included.")] = "",
    verify: Annotated[bool, typer.Option(help="Check the signature too.")] = True,
    data: Data = None,
) -> None:
    """Print as JSON what the hub would see of one raw payload or mail; nothing is stored."""
    from server.parse import answer

    text, code = answer(_settings(data=data), channel, file, setting, header, method=method, url=url, verify=verify)
    typer.echo(text, err=code != 0)
    raise typer.Exit(code)


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from server.document import written

    sys.stdout.write(written())


@app.command()
def config() -> None:
    """Print the settings as they were understood, secrets hidden."""
    for name, value in _settings().shown().items():
        typer.echo(f"{name} = {value!r}")


@app.command()
def migrate(
    url: Annotated[str, typer.Argument(help="mongodb://... of the store to fill")],
    database: Annotated[str, typer.Option()] = "yizhan",
    data: Data = None,
) -> None:
    """Copy the embedded store into MongoDB, and verify it by count and checksum."""
    from server.moving import move

    settings = _settings(data=data)
    _run(settings, move(settings, url, database, typer.echo))


@simulate.command("channel")
def simulate_channel(
    channel: Annotated[
        str, typer.Argument(help="wechat, wechat_mini, wechat_kf, weibo, twilio, aliyun, tencent, smpp, email")
    ],
    hook: Annotated[str, typer.Option(help="The inbox's webhook address; by default the demo's inbox.")] = "",
    port: Annotated[int, typer.Option(help="Port of the provider's API; by default the one the demo calls.")] = 0,
    given: Annotated[list[str] | None, typer.Option("--set", help="name=value of the simulator.")] = None,
) -> None:
    """Play a provider on this machine: signed webhooks, tokens, quotas, faults; no account needed."""
    from server import simulate as stage

    pairs = dict(pair.partition("=")[::2] for pair in given or [])
    address = hook or stage.hook_of(channel)
    _run(_settings(), stage.simulate(channel, address, port or stage.PORTS.get(channel, 0), pairs, typer.echo))


def _tell(line: str) -> None:
    typer.echo(line, err=True)


def _settings(**given: Any) -> Settings:
    try:
        return load(**given)
    except WrongSetting as error:
        typer.echo(f"settings: {error}", err=True)
        raise typer.Exit(2) from error


def _run(settings: Settings, work: Coroutine[Any, Any, None]) -> None:
    import uvloop

    from server.logs import configure

    if _OWNS_LOG.get():
        configure(settings.log, settings.log_level)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work)
    except HubError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def main() -> None:
    """Run the command line; a command that serves sets up its own log, any other says no more than warnings.

    The log belongs to the process: a command that is run inside another program leaves that program's log alone.
    """
    from server.logs import configure

    configure("console", "warning")
    _OWNS_LOG.set(True)
    app()


if __name__ == "__main__":
    main()
