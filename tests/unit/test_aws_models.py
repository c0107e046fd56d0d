"""The clients' descriptions of AWS say all that botocore's say, but the prose."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.session import Session

from components.aws.identity import AwsSettings
from components.aws.models import ModelsWithoutProse
from components.aws.session import AwsSession


def without_texts(described: Any) -> Any:
    if isinstance(described, dict):
        return {
            name: without_texts(value)
            for name, value in described.items()
            if not (name == "documentation" and isinstance(value, str))
        }
    return [without_texts(one) for one in described] if isinstance(described, list) else described


@pytest.mark.parametrize("service", ["s3", "s3control", "iam", "cloudtrail", "cloudformation", "sts", "sns", "ssm"])
def test_a_description_lacks_its_prose_alone(service: str) -> None:
    lean = Loader(file_loader=ModelsWithoutProse()).load_service_model(service, "service-2")
    assert without_texts(lean) == without_texts(Loader().load_service_model(service, "service-2"))
    assert not lean["operations"][next(iter(lean["operations"]))].get("documentation")


def test_the_clients_of_the_program_are_made_of_them() -> None:
    client = AwsSession(AwsSettings.of({"region": "us-east-1", "accessKey": "AK", "secretKey": "s"}.get)).client(
        "s3", "us-east-1"
    )
    assert client.meta.service_model.operation_model("PutObject").documentation == ""
    theirs = Session().create_client("s3", region_name="us-east-1", aws_access_key_id="AK", aws_secret_access_key="s")
    assert theirs.meta.service_model.operation_model("PutObject").documentation


@pytest.mark.parametrize(("suffix", "opened"), [(".json", open), (".json.gz", gzip.open)])
def test_a_member_of_that_name_stays(tmp_path: Path, suffix: str, opened: Any) -> None:
    members = {"documentation": {"shape": "Text", "documentation": "What it says"}}
    with opened(tmp_path / f"service-2{suffix}", "wb") as file:
        file.write(json.dumps({"members": members}).encode())
    read = ModelsWithoutProse().load_file(str(tmp_path / "service-2"))
    assert read == {"members": {"documentation": {"shape": "Text", "documentation": ""}}}


def test_no_file_is_none(tmp_path: Path) -> None:
    assert ModelsWithoutProse().load_file(str(tmp_path / "service-2")) is None
