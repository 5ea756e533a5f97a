"""How the demo speaks: rich tables of rows that the commands printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from monitor.demo.command import Finished
from monitor.demo.findings import Check, Ledger, Row
from monitor.demo.mailbox import Letter

_SIGNS = {"at_least": "≥ ", "at_most": "≤ ", "about": "≈ "}


def show_run(console: Console, done: Finished) -> None:
    """The command as typed, how long it took and how it ended."""
    console.print(f"[bold]$ {escape(done.line)}[/]  [dim]{done.seconds:.1f} s, exit {done.code}[/]")
    if done.code:
        console.print(escape(done.said.strip()), style="red")


def show_letters(console: Console, letters: Sequence[Letter]) -> None:
    """One line a mail."""
    for letter in letters:
        console.print(f"  ✉ {escape(letter.subject)}  [dim]→ {escape(', '.join(letter.recipients))}[/]")
        console.print(f"    {escape(letter.file.name)}, and as .txt and .html", style="dim")
    if not letters:
        console.print("  no mail", style="dim")


def show_letter(console: Console, letter: Letter, *, lines: int) -> None:
    """The text of a mail as its reader sees it, at most so many lines of it."""
    text = letter.text.splitlines()
    rest = [f"… {len(text) - lines} more lines"] if len(text) > lines else []
    console.print(Panel(escape("\n".join([*text[:lines], *rest])), title=escape(letter.subject), title_align="left"))


def show_alerts(console: Console, rows: Iterable[Row]) -> None:
    """What was told, one line an alert, with the sentence as printed."""
    table = Table("verdict", "what", "period", "value", "as printed", title="Told", title_justify="left", expand=True)
    for row in rows:
        table.add_row(*map(escape, [row["verdict"], _what(row), row["period"] or "", amount(row), row["quote"]]))
    console.print(table)


def show_silence(console: Console, news: Ledger) -> None:
    """What was read and not told: the ledger knew it."""
    table = Table("outlet", "article", "figures", title="Silent: said before", title_justify="left", expand=True)
    for (outlet, title), count in sorted(news.repeated().items()):
        table.add_row(escape(outlet), escape(title), str(count))
    console.print(table)


def show_timeline(console: Console, title: str, rows: Iterable[Row]) -> None:
    """Facts in the order of the time that they speak of."""
    table = Table("period", "what", "value", "first seen", "outlets", title=escape(title), title_justify="left")
    for row in sorted(rows, key=lambda row: (str(row["period"]).lstrip("."), row["metric"], row["id"])):
        table.add_row(
            *map(escape, [row["period"] or "not stated", _what(row), amount(row), str(row["first_seen"])[:10]]),
            str(row["outlets"]),
        )
    console.print(table)


def show_checks(console: Console, checks: Iterable[Check]) -> None:
    """Each promise with ✓ or ✗."""
    for check in checks:
        mark = "[green]✓[/]" if check.kept else "[red]✗[/]"
        found = "" if check.kept else f" [red](expected {check.expected}, found {check.found})[/]"
        console.print(f"  {mark} {escape(check.what)}{found}")


def show_next(console: Console, folder: Path) -> None:
    """Commands that read what a kept demo left."""
    config = folder / "monitor.toml"
    console.print("\n[bold]Where to look next[/]")
    for line in (
        f"keling-monitor facts --config {config}",
        f"keling-monitor alerts --config {config}",
        f"keling-monitor figures --config {config}",
        f"less {folder / 'mail'}/*.txt",
        f"sqlite3 {folder / 'keling.db'} .schema",
    ):
        console.print(f"  {escape(line)}", soft_wrap=True)


def amount(row: Row) -> str:
    """A row's value with bound, thousands and unit: `≥ 300,000,000 CNY`."""
    value = row["value"]
    ends = value if isinstance(value, list) else [value]
    text = " – ".join(end if isinstance(end, str) else f"{end:,}" for end in ends)
    return f"{_SIGNS.get(row['bound'], '')}{text} {row['unit']}"


def _what(row: Row) -> str:
    details = [row["measure"], row["aggregation"], row["basis"]]
    plain = {"level", "period", "reported"}
    return " ".join([row["entity"], row["metric"], *(word for word in details if word not in plain)])
