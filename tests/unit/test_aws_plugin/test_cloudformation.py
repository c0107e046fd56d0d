"""The AWS plugin's stack: calls and their order, secrets, failed stacks, the official provider's pitfalls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.pulumi.aws.wire import UNKNOWN, to_python
from tests.unit.test_aws_plugin.driver import Engine, Failed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

STACK = "aws:cloudformation/stack:Stack"
READ = ["DescribeStacks", "GetTemplate"]
SECRET = "sentinel-4711"
STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/thing/1"


def template(value: str = "") -> str:
    properties = {"Name": "p", "Type": "String", "Value": value or {"Ref": "Size"}}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": properties}
    return json.dumps(
        {
            "Parameters": {"Token": {"Type": "String", "NoEcho": True}, "Size": {"Type": "String", "Default": "1"}},
            "Resources": {"P": parameter},
            "Outputs": {"Size": {"Value": {"Ref": "Size"}}},
        }
    )


def news(size: str = "1", **more: Any) -> dict[str, Any]:
    return {"templateBody": template(), "parameters": {"Token": SECRET, "Size": size}, **more}


def status(value: str, **more: Any) -> dict[str, Any]:
    stack = {"StackName": "thing", "StackId": STACK_ID, "StackStatus": value, "DisableRollback": False, **more}
    return {"Stacks": [stack]}


def event(status: str, reason: str, token: str = "this", kind: str = "AWS::IAM::Role") -> dict[str, Any]:
    return {
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "ClientRequestToken": token,
        "ResourceType": kind,
    }


def fail_creation(engine: Engine, final: str, *events: dict[str, Any]) -> None:
    """Let a stack pass for failed, as no template can make moto do."""
    engine.answer("cloudformation", "DescribeStacks", status("CREATE_IN_PROGRESS"), status(final))
    engine.answer("cloudformation", "DescribeStackEvents", {"StackEvents": list(events)})


def test_a_stack_is_made_waited_for_and_read(engine: Engine) -> None:
    stack = engine.resource(STACK)
    wanted = news(tags={"a": "b"}, capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_IAM"], onFailure="DELETE")
    assert engine.calls_of(lambda: stack.create(wanted)) == ["CreateStack", "DescribeStacks", *READ]
    sent = dict(engine.requests)["CreateStack"]
    assert sent["OnFailure"] == "DELETE"
    assert sent["Tags"] == [{"Key": "a", "Value": "b"}]
    assert len(sent["ClientRequestToken"]) == 32
    assert stack.id.startswith("arn:aws:cloudformation:")
    assert stack.outputs["outputs"] == {"Size": "1"}
    assert stack.outputs["disableRollback"] is False
    assert engine.calls_of(stack.refresh) == READ


def test_a_template_is_read_from_a_bucket(engine: Engine, live: Any) -> None:
    live("s3").create_bucket(Bucket="templates")
    live("s3").put_object(Bucket="templates", Key="t/x.json", Body=template("fixed").encode())
    url = "https://templates.s3.us-east-1.amazonaws.com/t/x.json"
    wanted = {"templateUrl": url, "parameters": {"Token": SECRET}}
    stack = engine.resource(STACK).create(wanted)
    assert stack.outputs["templateUrl"] == url
    assert json.loads(stack.outputs["templateBody"])["Outputs"]
    changes = stack.changes({**wanted, "templateUrl": url + "?v=2"})
    assert changes == {"templateUrl": "UPDATE", "parameters.Token": "UPDATE"}


def test_a_hidden_parameter_comes_back_masked_and_differs_for_ever(engine: Engine) -> None:
    stack = engine.resource(STACK).create(news())
    assert stack.outputs["parameters"] == {"Size": "1", "Token": "****"}
    assert stack.inputs["parameters"]["Token"] == SECRET
    assert stack.changes(news()) == {"parameters.Token": "UPDATE"}
    assert stack.refresh()
    assert stack.inputs["parameters"]["Token"] == "****"


def test_only_parameters_that_were_given_are_read(engine: Engine) -> None:
    stack = engine.resource(STACK).create({"templateBody": template(), "parameters": {"Token": SECRET}})
    assert stack.outputs["parameters"] == {"Token": "****"}


@pytest.mark.parametrize("path", ["parameters.Token", 'parameters["Token"]'])
def test_ignoring_a_hidden_parameter_sends_its_mask_with_the_next_update(engine: Engine, path: str) -> None:
    stack = engine.resource(STACK).create(news())
    assert stack.changes(news(), (path,)) == {}
    assert stack.changes(news("2"), (path,)) == {"parameters.Size": "UPDATE"}
    calls = engine.calls_of(lambda: stack.update(news("2"), (path,)))
    assert calls == ["UpdateStack", "DescribeStacks", *READ]
    sent = {item["ParameterKey"]: item["ParameterValue"] for item in dict(engine.requests)["UpdateStack"]["Parameters"]}
    assert sent == {"Token": "****", "Size": "2"}


def test_an_update_without_ignoring_sends_the_secret(engine: Engine) -> None:
    stack = engine.resource(STACK).create(news())
    stack.update(news("2"))
    sent = {item["ParameterKey"]: item["ParameterValue"] for item in dict(engine.requests)["UpdateStack"]["Parameters"]}
    assert sent == {"Token": SECRET, "Size": "2"}
    assert stack.outputs["outputs"] == {"Size": "2"}


def test_nothing_to_update_is_success(engine: Engine) -> None:
    stack = engine.resource(STACK).create(news())
    assert engine.calls_of(lambda: stack.update(news())) == ["UpdateStack", *READ]


def test_the_preview_of_a_change_does_not_know_the_outputs(engine: Engine) -> None:
    stack = engine.resource(STACK).create(news())
    changed = stack.update(news("2"), ("parameters.Token",), preview=True)
    assert changed["outputs"] == UNKNOWN
    assert changed["templateBody"] == stack.outputs["templateBody"]
    unchanged = stack.update(news(), ("parameters.Token",), preview=True)
    assert unchanged["outputs"] == {"Size": "1"}


def test_a_template_that_differs_only_in_form_is_no_change(engine: Engine) -> None:
    stack = engine.resource(STACK).create(news())
    wanted = {**news(), "templateBody": json.dumps(json.loads(template()), indent=4)}
    assert stack.changes(wanted, ("parameters.Token",)) == {}
    assert "templateBody" in stack.changes({**news(), "templateBody": template("other")}, ("parameters.Token",))


@pytest.mark.parametrize(
    "change", [{"name": "new"}, {"onFailure": "DELETE"}, {"disableRollback": True}, {"timeoutInMinutes": 5}]
)
def test_some_changes_replace_the_stack(engine: Engine, change: dict[str, Any]) -> None:
    stack = engine.resource(STACK).create(news(name="old"))
    assert stack.replaced({**news(name="old"), **change}) == (list(change), True)


def test_disabling_rollback_never_settles(engine: Engine) -> None:
    # moto forgets the flag.
    engine.answer("cloudformation", "DescribeStacks", status("CREATE_COMPLETE", DisableRollback=True))
    stack = engine.resource(STACK).create(news(disableRollback=True))
    assert stack.changes(news(disableRollback=True))["disableRollback"] == "UPDATE_REPLACE"


@pytest.mark.parametrize(
    ("final", "events", "reason"),
    [
        (
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
            "DELETE_COMPLETE",
            [event("DELETE_IN_PROGRESS", "The following failed: [R]", kind="AWS::CloudFormation::Stack")],
            "The following failed: [R]",
        ),
        ("CREATE_FAILED", [event("CREATE_FAILED", "Resource creation cancelled")], "Resource creation cancelled"),
    ],
)
def test_a_stack_that_fails_is_kept_with_the_reasons(
    engine: Engine, final: str, events: list[dict[str, Any]], reason: str
) -> None:
    fail_creation(engine, final, *events)
    stack = engine.resource(STACK)
    with pytest.raises(Failed) as failed:
        stack.create(news())
    assert str(failed.value).endswith(f"stack status ({final}): {reason}")
    kept = failed.value.kept
    assert kept
    assert kept.id.startswith("arn:aws:cloudformation:")
    assert "outputs" not in to_python(kept.properties)
    assert engine.calls[-1] == "DescribeStackEvents"


def test_refused_events_leave_the_reason_of_the_stack(engine: Engine) -> None:
    engine.answer("cloudformation", "DescribeStacks", status("ROLLBACK_COMPLETE", StackStatusReason="it broke"))
    engine.refuse("cloudformation", "DescribeStackEvents", "AccessDenied", "not authorized")
    with pytest.raises(Failed, match=r"stack status \(ROLLBACK_COMPLETE\): it broke$"):
        engine.resource(STACK).create(news())


@pytest.mark.parametrize("final", ["ROLLBACK_COMPLETE", "CREATE_FAILED"])
def test_a_failed_stack_is_not_gone_and_refuses_updates(engine: Engine, final: str) -> None:
    stack = engine.resource(STACK).create(news())
    engine.answer("cloudformation", "DescribeStacks", status(final))
    assert stack.refresh()
    assert stack.outputs["outputs"] == {}
    message = f"Stack is in {final} state and can not be updated."
    engine.refuse("cloudformation", "UpdateStack", "ValidationError", message)
    with pytest.raises(Failed, match=rf"updating CloudFormation Stack .*ValidationError: .*{final}") as failed:
        stack.update(news())
    assert failed.value.kept


@pytest.mark.parametrize("final", ["UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"])
def test_an_update_that_was_rolled_back_fails(engine: Engine, final: str) -> None:
    stack = engine.resource(STACK).create(news())
    engine.answer("cloudformation", "DescribeStacks", status("UPDATE_IN_PROGRESS"), status(final))
    engine.answer("cloudformation", "DescribeStackEvents", {"StackEvents": [event("UPDATE_FAILED", "too big")]})
    with pytest.raises(Failed, match=rf"stack status \({final}\): too big"):
        stack.update(news("2"))


def test_a_deleted_stack_is_gone(engine: Engine) -> None:
    stack = engine.resource(STACK).create(news())
    assert engine.calls_of(stack.delete) == ["DeleteStack", "DescribeStacks"]
    assert not stack.refresh()
    stack.delete()


def test_a_deletion_that_fails_says_why(engine: Engine) -> None:
    stack = engine.resource(STACK).create(news())
    engine.answer("cloudformation", "DescribeStacks", status("DELETE_FAILED"))
    engine.answer("cloudformation", "DescribeStackEvents", {"StackEvents": [event("DELETE_FAILED", "bucket is full")]})
    with pytest.raises(Failed, match=r"stack status \(DELETE_FAILED\): bucket is full"):
        stack.delete()


def test_a_name_that_is_taken_is_not_adopted(engine: Engine) -> None:
    engine.resource(STACK).create(news(name="mine"))
    with pytest.raises(Failed, match=r"^creating CloudFormation Stack \(mine\): AlreadyExistsException"):
        engine.resource(STACK).create(news(name="mine"))


def test_no_error_shows_the_value_of_a_parameter(engine: Engine) -> None:
    message = f"Parameter Token: {SECRET} does not match"
    engine.refuse("cloudformation", "CreateStack", "ValidationError", message)
    with pytest.raises(Failed) as failed:
        engine.resource(STACK).create(news())
    assert SECRET not in str(failed.value)
    assert r"Parameter Token: **** does not match" in str(failed.value)


def test_no_reason_of_a_failed_stack_shows_the_value_of_a_parameter(engine: Engine) -> None:
    fail_creation(engine, "ROLLBACK_COMPLETE", event("CREATE_FAILED", f"bad {SECRET}"))
    with pytest.raises(Failed) as failed:
        engine.resource(STACK).create(news())
    assert failed.value.kept
    assert SECRET not in str(failed.value) + str(failed.value.kept.reasons)
