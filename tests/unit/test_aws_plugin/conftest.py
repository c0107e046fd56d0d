"""Fixtures of the AWS plugin's tests: a moto server, and the plugin behind a gRPC channel."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import grpc
import pytest
from moto.server import ThreadedMotoServer
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub, add_ResourceProviderServicer_to_server

from sandbox.pulumi.aws.servicer import AwsProvider
from sandbox.pulumi.server import THREADS
from tests.unit.test_aws_plugin.driver import REGION, TEMPLATE, PluginEngine


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """A moto server of its own on a free port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def aws_environment(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty AWS, and an environment that reaches it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    urllib.request.urlopen(urllib.request.Request(f"{moto_url}/moto-api/reset", method="POST"), timeout=5).close()
    return moto_url


@contextmanager
def served() -> Iterator[PluginEngine]:
    """A plugin behind a channel, not configured."""
    provider = AwsProvider()
    server = grpc.server(ThreadPoolExecutor(max_workers=THREADS))
    add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield PluginEngine(provider, ResourceProviderStub(channel))
    server.stop(grace=None).wait()


@pytest.fixture
def bare_engine(aws_environment: str) -> Iterator[PluginEngine]:
    """An engine whose plugin is not configured yet."""
    with served() as engine:
        yield engine


@pytest.fixture(scope="session")
def shared_engine() -> Iterator[PluginEngine]:
    """The engine that all tests share, because making clients is slow."""
    with served() as engine:
        yield engine


@pytest.fixture
def engine(aws_environment: str, shared_engine: PluginEngine) -> Iterator[PluginEngine]:
    """An engine with a configured plugin, and AWS answering for itself."""
    if not shared_engine.configured:
        shared_engine.configure()
    yield shared_engine
    shared_engine.let_aws_answer()


@cache
def client(service: str) -> Any:
    """A client past the plugin."""
    return boto3.client(service, region_name=REGION)


@pytest.fixture
def live(aws_environment: str) -> Any:
    """Gives clients that look at AWS past the plugin."""
    return client


@pytest.fixture
def template(live: Any) -> None:
    """The template of `TEMPLATE_URL`, put where the plugin takes it from."""
    live("s3").create_bucket(Bucket="templates")
    live("s3").put_object(Bucket="templates", Key="template.json", Body=json.dumps(TEMPLATE).encode())
