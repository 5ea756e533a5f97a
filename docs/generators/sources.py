"""docs/sources.md: what a source may say, from the comments of its model, and the sources that are shipped."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel

from monitor.declarations.sources import FOLDER, Source, kinds, shipped_sources
from monitor.declarations.tables import SECONDS

FILE = "sources.md"

#: The words around the tables; they stand where the marks stand.
FRAME = Path(__file__).with_name("sources.in.md")

#: Which shipped source shows what a kind looks like.
EXAMPLES = {
    "archive_index": "wayback-kuaishou",
    "feed": "ithome-rss",
    "search_feed": "bing-news",
    "sitemap": "techcrunch-sitemap",
    "html_list": "etnet-stock",
    "json_list": "kr36-flash",
    "embedded_state": "futu-stock",
    "disclosure": "hkex-search",
}


def text() -> str:
    """The whole file."""
    parts = {"kinds": _kinds(), "keys": _keys(), "catalogue": _catalogue()}
    told = FRAME.read_text("utf-8")
    for name, lines in parts.items():
        told = told.replace(f"<!-- {name} -->", "\n".join(lines))
    return told


def _kinds() -> Iterator[str]:
    spiders = FOLDER.parent / "spiders"
    for kind in kinds():
        about = inspect.cleandoc(re.findall(r'"""(.*?)"""', (spiders / f"{kind}.py").read_text("utf-8"), re.DOTALL)[0])
        yield f"### `{kind}`\n\n{about}\n\n```toml\n# {EXAMPLES[kind]}.toml"
        yield f"{(FOLDER / f'{EXAMPLES[kind]}.toml').read_text('utf-8').strip()}\n```\n"


def _keys() -> Iterator[str]:
    yield "| key | default | what |\n| --- | --- | --- |"
    yield from _rows(Source, "")


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    comments = _comments(model)
    for name, field in model.model_fields.items():
        inner = _table(field.annotation)
        key = f"{prefix}{name}"
        if inner is not None:
            below = f"{key}.NAME." if "dict" in str(field.annotation) else f"{key}."
            yield f"| `{key}` | | {comments[name]} |"
            yield from _rows(inner, below)
        else:
            default = "" if field.is_required() else _shown(field.default)
            yield f"| `{key}` | {default} | {comments[name]} |"


def _table(annotation: object) -> type[BaseModel] | None:
    for part in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _comments(model: type[BaseModel]) -> dict[str, str]:
    """What the comments above a model's fields say."""
    found, said = {}, []
    for line in map(str.strip, inspect.getsource(model).splitlines()):
        if line.startswith("#: "):
            said.append(line[3:])
        elif match := re.match(r"(\w+): ", line):
            found[match[1]] = " ".join(said).replace("|", "\\|")
            said = []
        else:
            said = []
    return found


def _shown(default: object) -> str:
    if default in ("", (), {}, None):
        return ""
    seconds = getattr(default, "total_seconds", None)
    if seconds is not None:
        total = int(seconds())
        unit = next(unit for unit in ("d", "h", "m", "s") if total % SECONDS[unit] == 0)
        return f"`{total // SECONDS[unit]}{unit}`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _catalogue() -> Iterator[str]:
    columns = ("source", "kind", "host", "language", "every", "on", "evidence", "note")
    yield f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}"
    for name, source in sorted(shipped_sources().items(), key=lambda entry: (not entry[1].enabled, entry[0])):
        host = (urlsplit(source.url).hostname or "").removeprefix("www.")
        evidence = source.evidence or ""
        on = "yes" if source.enabled else ""
        note = source.note.replace("|", "\\|")
        yield (
            f"| `{name}` | {source.kind} | {host} | {source.language or 'many'} | {_shown(source.every).strip('`')}"
            f" | {on} | {evidence} | {note} |"
        )
