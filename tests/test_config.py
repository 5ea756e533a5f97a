"""monitor.toml: defaults, and faults that are all told, each with file, key, expectation and value."""

from __future__ import annotations

import re
import tomllib
from datetime import time, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from monitor.config import Config, Settings, load_config
from monitor.errors import ConfigError


def write(folder: Path, text: str) -> Path:
    file = folder / "monitor.toml"
    file.write_text(text, "utf-8")
    return file


def faults(folder: Path, text: str) -> dict[str, tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        load_config(write(folder, text))
    assert all(fault.file.endswith("monitor.toml") for fault in caught.value.faults)
    return {fault.key: (fault.expected, fault.found) for fault in caught.value.faults}


def test_without_a_file_the_defaults_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KELING_MONITOR_CONFIG", raising=False)
    config = load_config()
    assert config.settings == Settings()
    assert config.database == tmp_path / "keling.db"


def test_what_the_first_file_comments_out_are_the_defaults() -> None:
    template = files("monitor").joinpath("monitor.toml.j2").read_text("utf-8")
    defaults, shown = Settings(), 0
    for name, body in re.findall(r"^\[(fetch|schedule|alerts|smtp)]\n(.*?)(?=^\[|^{%|\Z)", template, re.M | re.S):
        for key, value in re.findall(r"^# (\w+) = ([^#\n]+)", body, re.M):
            default = getattr(defaults, name)
            told = type(default).model_validate(tomllib.loads(f"{key} = {value}"))
            assert getattr(told, key) == getattr(default, key), f"{name}.{key}"
            shown += 1
    assert shown


def test_the_variable_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KELING_MONITOR_CONFIG", str(write(tmp_path, '[storage]\npath = "a/b.db"')))
    assert load_config().database == tmp_path / "a" / "b.db"


def test_durations_sizes_and_times_are_read(tmp_path: Path) -> None:
    text = '[fetch]\nmax_bytes = "3MB"\ntimeout = "5s"\n[schedule]\nevery = "2h"\ndigest_at = "7:30"'
    settings = load_config(write(tmp_path, text)).settings
    assert settings.fetch.max_bytes == 3_000_000
    assert settings.fetch.timeout == timedelta(seconds=5)
    assert settings.schedule.every == timedelta(hours=2)
    assert settings.schedule.digest_at == time(7, 30)


BAD = """
[storage]
keep = "everything"
[fetch]
timeout = "soon"
max_bytes = 0
obey_robots = "maybe"
user_agent = "Zwölf"
[schedule]
timezone = "Mars/Olympus"
digest_at = "25:00"
heartbeat_url = "ftp://example.com"
[smtp]
port = 70000
sender = "nobody"
[[source]]
name = "paper"
kind = "carrier-pigeon"
url = "file:///etc/passwd"
[[alerts.to]]
mode = "hourly"
"""


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, BAD)
    assert set(found) == {
        "storage.keep",
        "fetch.timeout",
        "fetch.max_bytes",
        "fetch.obey_robots",
        "fetch.user_agent",
        "schedule.timezone",
        "schedule.digest_at",
        "schedule.heartbeat_url",
        "smtp.port",
        "smtp.sender",
        "source[paper].kind",
        "source[paper].url",
        "alerts.to[1].to",
        "alerts.to[1].mode",
    }
    assert found["storage.keep"] == ("'snapshots' or 'quotes'", "'everything'")
    assert found["alerts.to[1].to"] == ("a value, for there is no default", "nothing")
    assert "feed" in found["source[paper].kind"][0]


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ("[fech]\ntimeout = 1", "fech", "do you mean 'fetch'"),
        ('[smtp]\npasword_env = "X"', "smtp.pasword_env", "do you mean 'password_env'"),
        ('[[source]]\nname = "a"\nkind = "feed"\nurl = "http://e.example/"\nevry = "1m"', "source[a].evry", "'every'"),
        ("[fetch.limits]\nspeed = 1", "fetch.limits", "timeout"),
    ],
)
def test_an_unknown_key_is_named_with_the_likely_one(tmp_path: Path, text: str, key: str, hint: str) -> None:
    expected, found = faults(tmp_path, text)[key]
    assert hint in expected
    assert found == "an unknown key"


def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, '[smtp]\npassword = "hunter2"'))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", [b"[watch\n", b'a = "\xff"', b"a = 1\na = 2"], ids=["broken", "latin", "twice"])
def test_what_is_no_toml_is_named(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "monitor.toml"
    file.write_bytes(text)
    with pytest.raises(ConfigError, match=r"monitor\.toml: file: expected"):
        load_config(file)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a file that is there"):
        load_config(tmp_path / "absent.toml")


def test_two_sources_of_one_name_are_refused(tmp_path: Path) -> None:
    one = '[[source]]\nname = "a"\nkind = "feed"\nurl = "http://e.example/"\n'
    assert "stands twice" in faults(tmp_path, one * 2)["file"][0]


def test_own_sources_are_active_beside_the_chosen(tmp_path: Path) -> None:
    own = '[sources]\nuse = "none"\n[[source]]\nname = "a"\nkind = "feed"\nurl = "http://e.example/"\n'
    config = load_config(write(tmp_path, own))
    assert [source.name for source in config.active_sources()] == ["a"]
    off = load_config(write(tmp_path, own + "enabled = false\n"))
    assert off.active_sources() == ()


def test_an_unknown_source_in_use_is_named(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, '[sources]\nuse = ["no-such-source"]'))
    with pytest.raises(ConfigError, match=r"sources\.use: expected .*'no-such-source'"):
        config.active_sources()


def test_the_password_comes_from_file_or_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_PASSWORD", "from the environment")
    (tmp_path / "secret").write_text("from the file\n", "utf-8")
    assert load_config(write(tmp_path, '[smtp]\npassword_env = "MY_PASSWORD"')).password() == "from the environment"
    with_file = load_config(write(tmp_path, '[smtp]\npassword_file = "secret"'))
    assert with_file.password() == "from the file"
    with pytest.raises(ConfigError, match="password_file"):
        load_config(write(tmp_path, '[smtp]\npassword_file = "absent"')).password()


def test_the_folder_of_a_configuration_without_a_file_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Config(settings=Settings(), file=None).folder == tmp_path
