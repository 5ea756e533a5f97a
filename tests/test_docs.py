"""The documentation is true: what exists is documented, what is generated is fresh, what is printed can be typed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from monitor.config import Settings
from monitor.declarations.sources import Source

ROOT = Path(__file__).parents[1]
DOCS = {file.name: file.read_text("utf-8") for file in [*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")]}


def settings(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Dotted keys of every setting, without those of sources, which docs/sources.md explains."""
    for name, field in model.model_fields.items():
        key = f"{path}{name}"
        parts = (field.annotation, *get_args(field.annotation))
        inner = next((part for part in parts if is_model(part)), None)
        if inner is Source:
            continue
        if inner is None:
            yield key
        else:
            yield from settings(inner, f"{key}.")


def is_model(part: object) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def test_every_setting_is_documented() -> None:
    assert [key for key in settings(Settings) if f"`{key}`" not in DOCS["configuration.md"]] == []


def test_no_documented_setting_is_gone() -> None:
    known = {*settings(Settings)}
    named = re.findall(r"^\| `([a-z_.]+)` \|", DOCS["configuration.md"], re.MULTILINE)
    assert [key for key in named if key not in known] == []


def test_every_key_of_a_source_is_documented() -> None:
    assert [name for name in Source.model_fields if f"`{name}" not in DOCS["sources.md"]] == []


def test_generated_parts_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_dependency_earns_a_line() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [
        name for group in project["optional-dependencies"].values() for name in group if project["name"] not in name
    ]
    names = [re.split(r"[<>=\[ ]", each)[0] for each in [*project["dependencies"], *extras]]
    assert [name for name in names if not name.startswith("types-") and name not in DOCS["decisions.md"].lower()] == []


@pytest.mark.parametrize("name", sorted(DOCS))
def test_links_between_documents_lead_somewhere(name: str) -> None:
    folder = ROOT if (ROOT / name).exists() else ROOT / "docs"
    links = re.findall(r"\]\((?!https?:)([^)#]+)", DOCS[name])
    assert [link for link in links if not (folder / link).exists()] == []


def commands() -> list[str]:
    """Every `keling-monitor …` line of a code block in README and docs."""
    blocks = [block for text in DOCS.values() for block in re.findall(r"```(?:sh)?\n(.*?)```", text, re.DOTALL)]
    lines = [line for block in blocks for line in block.splitlines()]
    return sorted({line[line.index("keling-monitor ") :].split("#")[0] for line in lines if "keling-monitor " in line})


@pytest.mark.parametrize("line", commands())
def test_documented_commands_and_options_exist(line: str) -> None:
    from monitor.cli import main

    words = re.split(r"&&|\|", line)[0].split()[1:]
    command: object = main
    for word in words:
        verb = command.get_command(None, word) if hasattr(command, "get_command") else None  # type: ignore[arg-type]
        if verb is None:
            break
        command = verb
    options = {option for parameter in command.params for option in parameter.opts}  # type: ignore[attr-defined]
    assert command is not main or {"--help", "VERB", "[OPTIONS]"} & {*words} or words == ["--version"], line
    used = [word.split("=")[0] for word in words if word.startswith("--")]
    assert [option for option in used if option not in options | {"--help", "--version"}] == []
