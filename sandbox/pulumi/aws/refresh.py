"""Inputs of a resource told from what a read found.

Follows `ExtractInputsFromOutputs` of pulumi-terraform-bridge pkg/tfbridge/schema.go.
"""

from __future__ import annotations

from typing import Any

from sandbox.pulumi.aws.diff import DEFAULTS, member_key
from sandbox.pulumi.aws.kind import Traits
from sandbox.pulumi.wire import PropertyMap


def refreshed(traits: Traits, inputs: PropertyMap, outputs: PropertyMap) -> PropertyMap:
    """Return the inputs of a known resource: those it had, with what was read.

    An input that the read does not show is dropped; one that means the same as before keeps its text; one that no
    longer has the plugin's own default is not listed as a default any more.
    """
    result: PropertyMap = {}
    defaults = set(inputs.get(DEFAULTS) or [])
    for name, old in inputs.items():
        if name == DEFAULTS or outputs.get(name) is None:
            continue
        same = traits.same.get(name)
        new = old if same and same(old, outputs[name]) else _merged(traits, name, old, outputs[name])
        result[name] = new
        if new != old:
            defaults.discard(name)
    result[DEFAULTS] = sorted(defaults & result.keys())
    return result


def _merged(traits: Traits, name: str, old: Any, new: Any) -> Any:
    if isinstance(old, list) and isinstance(new, list):
        if name in traits.sets and {member_key(item) for item in old} == {member_key(item) for item in new}:
            return old
        return [_merged(traits, name, *both) for both in zip(old, new, strict=False)]
    if isinstance(old, dict) and isinstance(new, dict):
        if name in ("tags", "tagsAll"):
            return new  # tags made elsewhere show, so that the next `up` removes them
        return {key: _merged(traits, key, item, new[key]) for key, item in old.items() if new.get(key) is not None}
    return new
