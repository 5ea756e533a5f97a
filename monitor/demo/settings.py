"""The monitor.toml of the demo: every outlet a source, the mailbox as mail server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from monitor.demo.command import toml_table

#: Who reads the alerts, and who would read of broken sources.
READER = "analyst@example.com"
OPERATOR = "ops@example.com"


def write_settings(folder: Path, sources: Iterable[Mapping[str, str | bool]], *, smtp_port: int) -> Path:
    """Write `monitor.toml` into a folder, its ledger beside it, and give its path.

    Args:
        folder: exists.
        sources: tables for `[[source]]`.
        smtp_port: of a mail server on this machine.
    """
    parts = [
        toml_table("[storage]", {"path": "keling.db"}),
        toml_table("[sources]", {"use": "none"}),
        *(toml_table("[[source]]", source) for source in sources),
        toml_table("[fetch]", {"user_agent": "KelingMonitor/1.0 (+mailto:demo@example.com)"}),
        toml_table("[[alerts.to]]", {"channel": "email", "to": [READER], "mode": "run"}),
        toml_table("[[ops.to]]", {"channel": "email", "to": [OPERATOR]}),
        toml_table(
            "[smtp]",
            {
                "host": "127.0.0.1",
                "port": smtp_port,
                "security": "none",
                "sender": "Keling Monitor <monitor@example.com>",
            },
        ),
    ]
    file = folder / "monitor.toml"
    file.write_text("\n".join(parts), encoding="utf-8")
    return file
