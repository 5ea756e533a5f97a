"""TOML tables to frozen models: every fault gathered, each with file, key, expectation and value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.declarations.tables import read_toml
from monitor.errors import ConfigError, Fault

Model = TypeVar("Model", bound=BaseModel)

#: Longest value that a message repeats.
_LONGEST = 60

#: What pydantic's kinds of error expect, in our words; the rest say it themselves.
_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "string_type": "a text in quotes",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "missing": "a value, for there is no default",
    "time_parsing": "a time such as '08:00'",
    "time_type": "a time such as '08:00'",
}


def validated(model: type[Model], data: Mapping[str, Any], file: str) -> Model:
    """The model of a file's tables.

    Raises:
        ConfigError: with every fault of the file.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError([_fault(each, model, data, file) for each in error.errors()]) from None


def load(model: type[Model], file: Path) -> Model:
    """The model that a TOML file holds; `ConfigError` names all that is wrong with it."""
    return validated(model, read_toml(file), str(file))


def _fault(error: ErrorDetails, model: type[BaseModel], data: Mapping[str, Any], file: str) -> Fault:
    path = error["loc"]
    key = _key(path, data)
    if error["type"] == "extra_forbidden":
        # The value is left out: a password that stands in the wrong place must not reach a log.
        return Fault(file, key, _known(model, path), "an unknown key")
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    expected = _EXPECTED.get(error["type"], message[:1].lower() + message[1:])
    found = "nothing" if error["type"] == "missing" else _shown(error["input"])
    return Fault(file, key, expected, found)


def _key(path: Sequence[int | str], data: Mapping[str, Any]) -> str:
    """Dotted path; an item of a list by its name where it has one, else by its place from 1 on."""
    parts: list[str] = []
    here: Any = data
    for step in path:
        below = _below(here, step)
        if isinstance(step, int):
            name = below.get("name") if isinstance(below, dict) else None
            parts[-1:] = [f"{parts[-1] if parts else ''}[{name if isinstance(name, str) else step + 1}]"]
        else:
            parts.append(step)
        here = below
    return ".".join(parts) or "file"


def _below(here: Any, step: int | str) -> Any:
    try:
        return here[step]
    except (KeyError, IndexError, TypeError):
        return None


def _known(model: type[BaseModel], path: Sequence[int | str]) -> str:
    names = _fields(model, tuple(step for step in path[:-1] if isinstance(step, str)))
    close = get_close_matches(str(path[-1]), names, n=1)
    if close:
        return f"a known key: do you mean '{close[0]}'?"
    return f"one of {', '.join(sorted(names))}" if names else "no such key"


@cache
def _fields(model: type[BaseModel], path: tuple[str, ...]) -> tuple[str, ...]:
    """Keys of the table at a path, as the file writes them."""
    if not path:
        return tuple(field.alias or name for name, field in model.model_fields.items())
    for name, field in model.model_fields.items():
        if (field.alias or name) == path[0]:
            inner = _model_in(field.annotation)
            return _fields(inner, path[1:]) if inner else ()
    return ()


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in an annotation such as `tuple[Source, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
