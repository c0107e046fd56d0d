"""Secrets that are searched for, and how: no secret may be found as it is, nor in an encoding undone at a glance."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sandbox.trend import EnrollmentToken, Tenant, TenantKey

KEY = TenantKey(id="SENTINELKEYID000000000000ab", secret="SENTINEL/key+secret=" + "Zq7" * 15 + "!")
NEXT_KEY = TenantKey(id="SENTINELKEYID000000000000cd", secret="SENTINEL/next+secret=" + "Yp5" * 15 + "!")
TOKEN = EnrollmentToken("SENTINEL.enrollment+token/" + "Xw9" * 12)
MINTED = "SENTINELserviceToken"


def with_sentinels(tenant: Tenant, key: TenantKey = KEY) -> Tenant:
    """Return a tenant that knows this key and no other, takes `TOKEN` and mints tokens that begin with `MINTED`."""
    return dataclasses.replace(tenant, api_keys=(key,), enrollment_tokens=(TOKEN,), minted_prefix=MINTED)


def forms(secret: str) -> set[bytes]:
    """Return a secret plain, percent-encoded, in hex, and in base64 at each place of a longer text."""
    raw = secret.encode()
    aligned = {base64.b64encode(b"x" * lead + raw)[(lead * 4 + 2) // 3 : -4] for lead in range(3)}
    return {raw, quote(secret, safe="").encode(), quote(secret).encode(), raw.hex().encode(), *aligned}


SECRETS = (KEY.value, KEY.secret, NEXT_KEY.value, NEXT_KEY.secret, TOKEN.value, MINTED)
SENTINELS = {form for secret in SECRETS for form in forms(secret)}


def leaks(*texts: bytes) -> list[bytes]:
    """Return the secrets that texts hold, in the form in which they do."""
    return [form for text in texts for form in SENTINELS if form in text]


def files_below(*folders: Path) -> Iterator[Path]:
    """Return what was written, without the tools and the program themselves."""
    for folder in folders:
        for path in folder.rglob("*"):
            inside_tools = {"plugins", "tools", "venv", "components"} & set(path.relative_to(folder).parts)
            if path.is_file() and not inside_tools:
                yield path


def leaking_files(*folders: Path) -> dict[Path, list[bytes]]:
    """Return the files that hold a secret, which must not be any."""
    written = list(files_below(*folders))
    assert len(written) > 10, written
    return {path: found for path in written if (found := leaks(path.read_bytes()))}
