"""`make official`: a stack's life with the plugins that `pulumi install` brings; AWS is moto under AWS's host names.

The sandbox has one endpoint for all of AWS, and the official AWS plugin cannot be sent there in full: it calls S3
Control at `<account>.s3-control.<region>.amazonaws.com` whatever it is told. moto's own proxy answers for every host,
so nothing is told: the plugin calls AWS, and the proxy of its environment is moto, taught and seeded as the sandbox is.

`python -m tests.official --stand-in` lives the same life with the sandbox's stand-in plugins: it tries this harness
where the official ones cannot be had.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests
import yaml

from sandbox import environment
from sandbox.gate import HOST
from sandbox.gate.server import listen
from sandbox.processes import ROOT
from sandbox.pulumi import toolchain
from sandbox.trend import Simulator

ACCOUNT = "123456789012"
STAND_IN = "--stand-in"
LIFE = (
    ("up", "--yes", "--skip-preview"),
    ("preview", "--expect-no-changes"),
    ("destroy", "--yes", "--skip-preview"),
)
PATIENCE = 60.0
"""Seconds that a server has to come up."""


def serve_aws(port: int) -> None:
    """Be AWS: moto's proxy, with what the sandbox teaches moto."""
    os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT  # moto reads it when it is imported, hence the imports below it
    from moto.proxy import main as serve

    from sandbox.aws import seeds
    from sandbox.aws.taught import teach

    teach()
    seeds.plant(ACCOUNT, None)
    serve(["--host", HOST, "--port", str(port)])


@contextmanager
def running(*module: str, log: Path) -> Iterator[None]:
    """Run a Python module as a process of its own."""
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", *module], cwd=ROOT, stdout=output, stderr=output)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def live(folder: Path, variables: Mapping[str, str]) -> None:
    """Live a stack's life in a folder; the output is Pulumi's own.

    Raises:
        CalledProcessError: a command of it failed.
    """
    for name in ("__main__.py", "components", "venv", "requirements.txt"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    pulumi(folder, variables, "stack", "init", "official")
    file = folder / "Pulumi.official.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["config"] = {"aws:region": "us-east-1", "trend-onboarding:createNewTrail": True}
    content["config"]["trend-onboarding:trailBucketOnDestroy"] = "delete"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    if STAND_IN not in sys.argv:
        reaching_out = {name: value for name, value in variables.items() if name not in ("HTTPS_PROXY", "https_proxy")}
        pulumi(folder, reaching_out, "install")
    for command in LIFE:
        pulumi(folder, variables, *command)


def pulumi(folder: Path, variables: Mapping[str, str], *arguments: str) -> None:
    """Run a command of Pulumi's."""
    print(f"official: pulumi {' '.join(arguments)}", flush=True)
    subprocess.run(["pulumi", *arguments, "--non-interactive"], cwd=folder, env=dict(variables), check=True)


def wait_for(url: str) -> None:
    """Wait until a server answers, whatever it says."""
    for _ in range(int(PATIENCE / 0.2)):
        try:
            requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"error: nothing answers at {url}")


def main() -> int:
    """Live it; return the exit code."""
    from moto.moto_proxy.certificate_creator import CertificateCreator

    with listen() as free:
        aws = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as scratch, Simulator() as trend:
        home, project = Path(scratch), Path(scratch, "project")
        project.mkdir()
        proxy = f"http://{HOST}:{aws}"
        tools = toolchain.prepare(home).environment(os.environ["PATH"]) if STAND_IN in sys.argv else {}
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            **environment.backend(home),
            **tools,
            **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), proxy),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), HOST),
            **dict.fromkeys(("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"), CertificateCreator.cacert),
            "AWS_ACCESS_KEY_ID": environment.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": environment.ACCESS_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
            "TREND_ENDPOINT_URL": trend.url,
            "CLOUD_ONE_API_KEY": trend.tenant.full_access_key.value,
            "VISION_ONE_SERVICE_TOKEN": trend.tenant.enrollment_tokens[0].value,
        }
        log = home / "aws.log"
        with running("tests.official", "aws", str(aws), log=log):
            try:
                wait_for(proxy)
                live(project, variables)
            except subprocess.CalledProcessError as failed:
                print(f"error: {failed}; the last of AWS: {log.read_text()[-3000:]}", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["aws"]:
        serve_aws(int(sys.argv[2]))
    sys.exit(main())
