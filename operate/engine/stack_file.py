"""The configuration of an earlier run as a file that Pulumi takes in place of the stack's own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from operate.engine.history import Configuration, RecordedSetting


@contextmanager
def of_earlier_run(current_file: Path, earlier: Configuration, now: Configuration) -> Iterator[Path]:
    """Write the file, readable by its owner alone, and remove it afterwards.

    Secrets stand in it encrypted, as they are now: a key that was rotated since the earlier run is not restored.

    Args:
        current_file: the stack's own file, of which all but the configuration is taken.
        earlier: the configuration of the earlier run.
        now: the configuration as it is now.
    """
    content: dict[str, Any] = {}
    if current_file.is_file():
        content = yaml.safe_load(current_file.read_text(encoding="utf-8")) or {}
    content["config"] = merged(content.get("config") or {}, earlier, now)
    with tempfile.TemporaryDirectory(prefix="operate-") as folder:
        path = Path(folder, current_file.name)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            yaml.safe_dump(content, file)
        yield path


def merged(current: Mapping[str, Any], earlier: Configuration, now: Configuration) -> dict[str, Any]:
    """Return the entries of the file: the earlier settings, and the secrets of now.

    Args:
        current: the entries of the stack's own file.
        earlier: the configuration of the earlier run, the project's defaults included.
        now: the same of now.
    """
    secrets = {key: value for key, value in current.items() if _is_secret(now.get(key))}
    settings = {
        key: setting.value
        for key, setting in earlier.items()
        # A default that has not changed needs no entry.
        if not setting.secret and (key in current or now.get(key) != setting)
    }
    return {**settings, **secrets}


def differences(earlier: Configuration, now: Configuration) -> list[str]:
    """Return a line for each setting of now that an earlier run had not, or otherwise; no secret is in them."""
    lines = []
    for key in sorted({*earlier, *now}):
        then, current = earlier.get(key), now.get(key)
        if _is_secret(current):
            if not _is_secret(then):
                lines.append(f"{key}: a secret, which stays as it is")
        elif _is_secret(then):
            lines.append(f"{key}: was a secret, which cannot be restored; it is {current or 'missing'} now")
        elif then != current:
            lines.append(f"{key}: {_text(current)} now, {_text(then)} then")
    return lines


def _is_secret(setting: RecordedSetting | None) -> bool:
    return setting is not None and setting.secret


def _text(setting: RecordedSetting | None) -> str:
    return "(none)" if setting is None else str(setting)
