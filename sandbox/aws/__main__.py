"""`python -m sandbox.aws`: AWS on a port of the loopback address, until the process is told to end."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Annotated

import typer


def main(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")],
    account: Annotated[str, typer.Option(help="The account's id: 12 digits, may start with 0.")] = "123456789012",
    seed: Annotated[list[Path] | None, typer.Option(help="File with further buckets; may be repeated.")] = None,
    request_log: Annotated[Path | None, typer.Option(help="File that each call is appended to, as JSON lines.")] = None,
) -> None:
    """Serve AWS (moto, corrected and seeded) on this machine."""
    if not re.fullmatch(r"\d{12}", account):
        raise typer.BadParameter(f"{account!r} is not 12 digits", param_hint="--account")
    # moto reads these when it is imported, hence the imports below them.
    os.environ["MOTO_ACCOUNT_ID"] = account
    os.environ["MOTO_PORT"] = str(port)
    os.environ["S3_IGNORE_SUBDOMAIN_BUCKETNAME"] = "true"
    from sandbox.aws import seeds, server
    from sandbox.aws.taught import WrongMotoError

    # At once: nothing is to be saved, and tearing moto down in good order takes longer than all else in a stop.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    try:
        app = server.build(account, [bucket for file in seed or [] for bucket in seeds.read_seed(file)], request_log)
        listening = server.serve(port, app)
    except (OSError, ValueError, WrongMotoError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    try:
        listening.serve_forever()
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


if __name__ == "__main__":
    typer.run(main)
