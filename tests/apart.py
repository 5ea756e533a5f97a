"""Work in processes of its own that are there at once: forked from one that has loaded the program already."""

from __future__ import annotations

import io
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime
from functools import cache
from typing import Any

import monitor.parse.feeds
import monitor.runner  # noqa: F401
from monitor.cli import main
from monitor.demo.command import Finished, Program
from monitor.extractors import Extractor
from monitor.parse.language import detect_language


@cache
def extractor() -> Extractor:
    """The one that all crawls use."""
    return Extractor()


@cache
def _nursery() -> ProcessPoolExecutor:
    """A process that has loaded all that a crawl needs; pytest's own has threads and must not be forked."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_warm)


def _warm() -> None:
    for language in ("en", "zh"):
        extractor().read("Kuaishou's revenue rose by 14% to 35.6 billion yuan.", language=language)
    # The model of languages takes half a second.
    detect_language("The weather was fine all week, and nobody was surprised.", "")


def apart(function: Any, *arguments: Any) -> Any:
    """What a function of a module gives in a process of its own."""
    return _nursery().submit(_forked, function, *arguments).result(timeout=100)


def _forked(function: Any, *arguments: Any) -> Any:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(theirs, function, *arguments))
    child.start()
    theirs.close()
    result = ours.recv()
    child.join()
    return result


def _answer(pipe: Any, function: Any, *arguments: Any) -> None:
    pipe.send(function(*arguments))


def command_apart(program: Program, verb: str, *options: str, now: datetime | None = None) -> Finished:
    """Run a command of the program to its end, without the second or two that Python takes to load it."""
    _, _, _, *arguments = program.arguments(verb, *options, now=now)
    return apart(_command, arguments)


def _command(arguments: list[str]) -> Finished:
    started, output, said, code = time.monotonic(), io.StringIO(), io.StringIO(), 0
    sys.argv = ["keling-monitor", *arguments]
    with redirect_stdout(output), redirect_stderr(said):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Finished(
        line=" ".join(sys.argv),
        code=code,
        output=output.getvalue(),
        said=said.getvalue(),
        seconds=time.monotonic() - started,
    )
