"""What is a stack's own in the AWS plugin: hidden parameters, failed stacks, no secret in any error."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.pulumi.wire import UNKNOWN, to_python
from tests.unit.test_aws_plugin.driver import READ_STACK, STACK, TEMPLATE_URL, DrivenResource, Failed, PluginEngine

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning"), pytest.mark.usefixtures("template")]

SECRET = "sentinel-4711"
STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/thing/1"


@pytest.fixture
def stack(engine: PluginEngine, template: None) -> DrivenResource:
    return engine.resource(STACK).create(news())


def news(size: str = "1", **more: Any) -> dict[str, Any]:
    return {"templateUrl": TEMPLATE_URL, "parameters": {"Token": SECRET, "Size": size}, **more}


def status(value: str, **more: Any) -> dict[str, Any]:
    return {"Stacks": [{"StackName": "thing", "StackId": STACK_ID, "StackStatus": value, **more}]}


def event(status: str, reason: str, token: str = "this", kind: str = "AWS::IAM::Role") -> dict[str, Any]:
    return {
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "ClientRequestToken": token,
        "ResourceType": kind,
    }


def let_fail(engine: PluginEngine, doing: str, final: str, *events: dict[str, Any]) -> None:
    """Let a stack pass for failed, as no template can make moto do."""
    engine.answer("cloudformation", "DescribeStacks", status(f"{doing}_IN_PROGRESS"), status(final))
    engine.answer("cloudformation", "DescribeStackEvents", {"StackEvents": list(events)})


def sent_parameters(engine: PluginEngine) -> dict[str, str]:
    sent = dict(engine.requests)["UpdateStack"]["Parameters"]
    return {item["ParameterKey"]: item["ParameterValue"] for item in sent}


def test_the_template_and_its_outputs_are_read(engine: PluginEngine, stack: DrivenResource) -> None:
    assert stack.outputs["outputs"] == {"Size": "1"}
    assert '"Outputs"' in stack.outputs["templateBody"]
    changes = stack.changes(news(templateUrl=f"{TEMPLATE_URL}?v=2"))
    assert changes == {"templateUrl": "UPDATE", "parameters.Token": "UPDATE"}


def test_a_request_is_marked_and_says_what_becomes_of_a_failure(engine: PluginEngine) -> None:
    engine.resource(STACK).create(news(onFailure="DELETE"))
    sent = dict(engine.requests)["CreateStack"]
    assert sent["OnFailure"] == "DELETE"
    assert len(sent["ClientRequestToken"]) == 32


def test_a_hidden_parameter_comes_back_masked_and_differs_for_ever(stack: DrivenResource) -> None:
    assert stack.outputs["parameters"] == {"Size": "1", "Token": "****"}
    assert stack.inputs["parameters"]["Token"] == SECRET
    assert stack.changes(news()) == {"parameters.Token": "UPDATE"}
    assert stack.refresh()
    assert stack.inputs["parameters"]["Token"] == "****"


def test_only_parameters_that_were_given_are_read(engine: PluginEngine) -> None:
    stack = engine.resource(STACK).create({"templateUrl": TEMPLATE_URL, "parameters": {"Token": SECRET}})
    assert stack.outputs["parameters"] == {"Token": "****"}


@pytest.mark.parametrize("path", ["parameters.Token", 'parameters["Token"]'])
def test_ignoring_a_hidden_parameter_sends_its_mask_with_the_next_update(
    engine: PluginEngine, stack: DrivenResource, path: str
) -> None:
    assert stack.changes(news(), (path,)) == {}
    assert stack.changes(news("2"), (path,)) == {"parameters.Size": "UPDATE"}
    stack.update(news("2"), (path,))
    assert sent_parameters(engine) == {"Token": "****", "Size": "2"}


def test_an_update_without_ignoring_sends_the_secret(engine: PluginEngine, stack: DrivenResource) -> None:
    stack.update(news("2"))
    assert sent_parameters(engine) == {"Token": SECRET, "Size": "2"}
    assert stack.outputs["outputs"] == {"Size": "2"}


def test_nothing_to_update_is_success(engine: PluginEngine, stack: DrivenResource) -> None:
    assert engine.calls_of(lambda: stack.update(news())) == ["UpdateStack", *READ_STACK]


def test_the_preview_of_a_change_does_not_know_the_outputs(stack: DrivenResource) -> None:
    changed = stack.update(news("2"), ("parameters.Token",), preview=True)
    assert changed["outputs"] == UNKNOWN
    assert changed["templateBody"] == stack.outputs["templateBody"]
    unchanged = stack.update(news(), ("parameters.Token",), preview=True)
    assert unchanged["outputs"] == {"Size": "1"}


@pytest.mark.parametrize(
    ("doing", "final", "events", "reason"),
    [
        (
            "CREATE",
            "ROLLBACK_COMPLETE",
            [
                event("ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [R]"),
                event("CREATE_FAILED", "Role exists\nalready"),
                event("CREATE_FAILED", "of an earlier request", token="earlier"),
                event("CREATE_IN_PROGRESS", "User Initiated"),
            ],
            "The following resource(s) failed to create: [R]; Role exists already",
        ),
        (
            "CREATE",
            "DELETE_COMPLETE",
            [event("DELETE_IN_PROGRESS", "The following failed: [R]", kind="AWS::CloudFormation::Stack")],
            "The following failed: [R]",
        ),
        ("CREATE", "CREATE_FAILED", [event("CREATE_FAILED", f"bad {SECRET}")], "bad ****"),
        ("UPDATE", "UPDATE_ROLLBACK_COMPLETE", [event("UPDATE_FAILED", "too big")], "too big"),
        ("UPDATE", "UPDATE_ROLLBACK_FAILED", [event("UPDATE_FAILED", f"no {SECRET}")], "no ****"),
        ("DELETE", "DELETE_FAILED", [event("DELETE_FAILED", "bucket is full")], "bucket is full"),
    ],
)
def test_a_stack_that_fails_is_kept_with_the_reasons_and_no_secret(
    engine: PluginEngine, doing: str, final: str, events: list[dict[str, Any]], reason: str
) -> None:
    stack = engine.resource(STACK)
    if doing != "CREATE":
        stack.create(news())
    let_fail(engine, doing, final, *events)
    act = {"CREATE": lambda: stack.create(news()), "UPDATE": lambda: stack.update(news("2")), "DELETE": stack.delete}
    with pytest.raises(Failed) as failed:
        act[doing]()
    assert str(failed.value).endswith(f"stack status ({final}): {reason}")
    assert engine.calls[-1] == "DescribeStackEvents"
    kept = failed.value.kept
    if doing == "DELETE":  # what could not be deleted is in the state already
        assert kept is None
        return
    assert kept
    assert kept.id.startswith("arn:aws:cloudformation:")
    assert SECRET not in str(kept.reasons)
    assert ("outputs" in to_python(kept.properties)) == (doing == "UPDATE")


def test_refused_events_leave_the_reason_of_the_stack(engine: PluginEngine) -> None:
    engine.answer("cloudformation", "DescribeStacks", status("ROLLBACK_COMPLETE", StackStatusReason="it broke"))
    engine.refuse("cloudformation", "DescribeStackEvents", "AccessDenied", "not authorized")
    with pytest.raises(Failed, match=r"stack status \(ROLLBACK_COMPLETE\): it broke$"):
        engine.resource(STACK).create(news())


@pytest.mark.parametrize("final", ["ROLLBACK_COMPLETE", "CREATE_FAILED"])
def test_a_failed_stack_is_not_gone_and_refuses_updates(
    engine: PluginEngine, stack: DrivenResource, final: str
) -> None:
    engine.answer("cloudformation", "DescribeStacks", status(final))
    assert stack.refresh()
    assert stack.outputs["outputs"] == {}
    message = f"Stack is in {final} state and can not be updated."
    engine.refuse("cloudformation", "UpdateStack", "ValidationError", message)
    with pytest.raises(Failed, match=rf"updating CloudFormation Stack .*ValidationError: .*{final}") as failed:
        stack.update(news())
    assert failed.value.kept


def test_a_name_that_is_taken_is_not_adopted(engine: PluginEngine) -> None:
    engine.resource(STACK).create(news(name="mine"))
    with pytest.raises(Failed, match=r"^creating CloudFormation Stack \(mine\): AlreadyExistsException"):
        engine.resource(STACK).create(news(name="mine"))


def test_no_error_shows_the_value_of_a_parameter(engine: PluginEngine) -> None:
    engine.refuse("cloudformation", "CreateStack", "ValidationError", f"Parameter Token: {SECRET} does not match")
    with pytest.raises(Failed, match=r"Parameter Token: \*\*\*\* does not match"):
        engine.resource(STACK).create(news())
