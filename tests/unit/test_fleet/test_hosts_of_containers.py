"""The examples for Kubernetes and Step Functions are such as their hosts take."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cfnlint.api
import kubernetes_validate
import pytest
import yaml

from tests.unit.test_fleet.test_hosts import BUILDSPECS, EXAMPLES
from tests.workflows import FOLDER as WORKFLOWS

KUBERNETES = sorted((EXAMPLES / "fleet-on-kubernetes").glob("*.yaml"))
STATE_MACHINE = EXAMPLES / "fleet-on-step-functions" / "state-machine.json"
SECRETS = {"CLOUD_ONE_API_KEY", "FLEET_DATABASE_URL", "POSTGRES_PASSWORD", "PULUMI_CONFIG_PASSPHRASE"}
OF_A_BUILD = {name: f"fleet:{name}" for name in ("CLOUD_ONE_API_KEY", "PULUMI_CONFIG_PASSPHRASE")}
GIVEN = r'functions/([\w.]+)",\s*"EnvironmentVariablesOverride": \[\s*\{\s*"Name": "(\w+)"'


def objects(path: Path) -> list[dict[str, Any]]:
    return [each for each in yaml.safe_load_all(path.read_text()) if each]


def pods() -> list[dict[str, Any]]:
    specs = [each.get("spec", {}) for path in KUBERNETES for each in objects(path)]
    return [spec["template"]["spec"] for spec in specs if "template" in spec]


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: path.stem)
def test_the_objects_are_such_as_kubernetes_takes(path: Path) -> None:
    for each in objects(path):
        kubernetes_validate.validate(each, kubernetes_validate.latest_version(), strict=True)


def test_an_object_with_an_unknown_field_would_be_noticed() -> None:
    (job,) = objects(EXAMPLES / "fleet-on-kubernetes" / "up.yaml")
    job["spec"]["backofLimit"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job, kubernetes_validate.latest_version(), strict=True)


def test_a_pod_takes_secrets_from_one_secret_by_the_name_of_their_variable() -> None:
    taken = set()
    for pod in pods():
        for variable in pod["containers"][0]["env"]:
            if variable["name"] in SECRETS:
                assert variable == {
                    "name": variable["name"],
                    "valueFrom": {"secretKeyRef": {"name": "fleet", "key": variable["name"]}},
                }
                taken.add(variable["name"])
    assert taken == SECRETS
    page = (EXAMPLES / "fleet-on-kubernetes" / "README.md").read_text()
    (created,) = re.findall(r"\^\((.*?)\)=", page)
    assert set(created.split("|")) == SECRETS


def test_two_workers_and_the_leader_share_image_identity_and_environment() -> None:
    (workers,) = (each for each in objects(EXAMPLES / "fleet-on-kubernetes" / "workers.yaml") if "spec" in each)
    (up,) = objects(EXAMPLES / "fleet-on-kubernetes" / "up.yaml")
    both = [each["spec"]["template"]["spec"] for each in (workers, up)]
    (worker,), (leader,) = (pod["containers"] for pod in both)
    assert workers["spec"]["replicas"] == 2
    assert {pod["serviceAccountName"] for pod in both} == {"fleet"}
    assert worker["image"] == leader["image"]
    assert worker["env"] == leader["env"]


def state_machine_mistakes(definition: Any) -> list[str]:
    properties = {"RoleArn": "arn:aws:iam::111111111111:role/fleet", "Definition": definition}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    found = cfnlint.api.lint_all(json.dumps({"Resources": {"Machine": resource}}))
    return [each.message for each in found if each.rule.id.startswith("E")]


def states_named(machine: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
    """What each machine, and each within it, goes to, beside the states it has."""
    states = machine["States"]
    yield machine["StartAt"], set(states)
    for state in states.values():
        if "Next" in state:
            yield state["Next"], set(states)
        if "ItemProcessor" in state:
            yield from states_named(state["ItemProcessor"])


def test_the_state_machine_is_well_formed_and_goes_to_states_that_it_has() -> None:
    machine = json.loads(STATE_MACHINE.read_text())
    assert state_machine_mistakes(machine) == []
    goes = list(states_named(machine))
    assert len(goes) == 3
    assert all(target in states for target, states in goes)
    del machine["States"]["Tenant"]["Resource"]
    assert state_machine_mistakes(machine)


def test_each_build_gets_the_variables_that_its_buildspec_reads() -> None:
    text = STATE_MACHINE.read_text()
    given = dict(re.findall(GIVEN, text))
    assert sorted(given) == [path.name for path in BUILDSPECS]
    for path in BUILDSPECS:
        document = yaml.safe_load(path.read_text())
        assert f'"${given[path.name]}"' in path.read_text()
        assert set(document["env"]) == {"secrets-manager"}
        assert document["env"]["secrets-manager"] == OF_A_BUILD


def test_every_host_installs_the_same_pulumi() -> None:
    (own,) = re.findall(r"pulumi-version: (\S+)", (WORKFLOWS / "deploy.yml").read_text())
    for path in (*BUILDSPECS, EXAMPLES / "fleet-on-kubernetes" / "Dockerfile"):
        assert re.findall(r"(?:--version |pulumi-python-3\.13:)(\S+)", path.read_text()) == [own]
