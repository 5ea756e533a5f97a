"""`init`: a monitor.toml to edit."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.errors import ConfigError, Fault


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--to", default="", help="Who reads the alerts: an e-mail address.")
def command(folder: Path, to: str) -> None:
    """Write a commented monitor.toml into DIR (default: this folder).

    \b
    Example: keling-monitor init --to analyst@example.com
    """
    from importlib.resources import files

    from jinja2 import Environment

    from monitor.config import load_config

    file = folder / "monitor.toml"
    if file.exists():
        raise ConfigError([Fault(str(file), "file", "a folder without one", "a monitor.toml, which is left as it is")])
    environment = Environment(autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)  # noqa: S701 (TOML)
    template = environment.from_string(files("monitor").joinpath("monitor.toml.j2").read_text("utf-8"))
    domain = to.rpartition("@")[2] or "localhost"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(template.render(to=to, domain=domain), encoding="utf-8")
    try:
        load_config(file)
    except ConfigError:
        file.unlink()
        raise
    click.echo(f"{file} written: read it, then `keling-monitor run --config {file}`", err=True)
