"""Create, read, update and delete, as the bridge sequences them around a type's own calls.

Follows pulumi-terraform-bridge pkg/tfbridge/provider.go: a failure once the id is known, and any failure of an update,
keeps the object in the state with the reason, so that the next `up` tries an update.
"""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.pulumi.aws import paths, refresh, tags
from sandbox.pulumi.aws.diff import DEFAULTS, compare, managed
from sandbox.pulumi.aws.errors import InitFailedError, ProviderError, failing, ignoring
from sandbox.pulumi.aws.kind import ResourceType, Traits
from sandbox.pulumi.aws.schema import schema_of
from sandbox.pulumi.aws.session import Aws
from sandbox.pulumi.wire import UNKNOWN, PropertyMap


def preview_create(traits: Traits, inputs: PropertyMap) -> PropertyMap:
    """Return the outputs a create would have: the inputs, everything else unknown. No call is made."""
    names = schema_of(traits.type).outputs
    echoed = _without_defaults(inputs)
    given_by_aws = names - managed(traits) | (traits.computed - echoed.keys())
    return {**dict.fromkeys(given_by_aws, UNKNOWN), **echoed}


def preview_update(traits: Traits, olds: PropertyMap, news: PropertyMap, ignored: Sequence[str]) -> PropertyMap:
    """Return the outputs an update would have. No call is made.

    What AWS computes stays as it is, except for the type's volatile outputs when something does change.
    """
    outputs = _planned(traits, olds, news, ignored)
    if compare(traits, olds, news, ignored).changes:
        outputs.update(dict.fromkeys(traits.volatile, UNKNOWN))
    return outputs


def create(resource: ResourceType, aws: Aws, inputs: PropertyMap) -> tuple[str, PropertyMap]:
    """Make the object.

    Returns:
        Its id and outputs.

    Raises:
        ProviderError: nothing was made.
        InitFailedError: something was made, and a later step failed.
    """
    inputs = _without_defaults(inputs)
    label, secrets = resource.traits.label, resource.secrets(inputs)
    with failing(f"creating {label} ({resource.named(inputs)})", secrets):
        resource_id = resource.create(aws, inputs)
    try:
        with failing(f"waiting for {label} ({resource_id}) create", secrets):
            resource.complete(aws, resource_id, inputs)
        outputs = _read_existing(resource, aws, resource_id, inputs)
    except ProviderError as error:
        raise InitFailedError(resource_id, inputs, str(error)) from None
    return resource_id, {**inputs, **outputs}


def read(
    resource: ResourceType, aws: Aws, resource_id: str, inputs: PropertyMap, state: PropertyMap
) -> tuple[PropertyMap, PropertyMap] | None:
    """Return outputs and inputs of the object as it is, or None when it is gone.

    Args:
        resource: the type.
        aws: the clients.
        resource_id: which object.
        inputs: its inputs in the state.
        state: its outputs in the state.

    Raises:
        ProviderError: it cannot be read; or it is to be imported, which is not implemented.
    """
    if not state:
        raise ProviderError(f"the sandbox's AWS plugin does not implement the import of {resource.traits.type}")
    found = _find(resource, aws, resource_id, state)
    if found is None:
        return None
    outputs = {name: value for name, value in {**state, **found}.items() if value is not None}
    if resource.traits.regional:
        outputs.setdefault("region", aws.region)
    return outputs, refresh.refreshed(resource.traits, inputs, outputs)


def update(
    resource: ResourceType, aws: Aws, resource_id: str, olds: PropertyMap, news: PropertyMap, ignored: Sequence[str]
) -> PropertyMap:
    """Change the object in place and return its outputs.

    Raises:
        InitFailedError: a step failed; the object stays.
    """
    traits = resource.traits
    planned = _planned(traits, olds, news, ignored)
    secrets = [*resource.secrets(olds), *resource.secrets(planned)]
    removed, added = tags.delta(olds, planned)
    try:
        if removed or added:
            with failing(f"updating tags for {traits.label} ({resource_id})", secrets):
                resource.retag(aws, resource_id, olds, removed, added)
        with failing(f"updating {traits.label} ({resource_id})", secrets):
            resource.update(aws, resource_id, olds, planned)
        if not traits.reads_after_update:
            return planned
        found = _read_existing(resource, aws, resource_id, planned)
    except ProviderError as error:
        raise InitFailedError(resource_id, planned, str(error)) from None
    return {**planned, **found}


def delete(resource: ResourceType, aws: Aws, resource_id: str, state: PropertyMap) -> None:
    """Delete the object; one that is gone already is no error."""
    traits = resource.traits
    with failing(f"deleting {traits.label} ({resource_id})", resource.secrets(state)), ignoring(*traits.gone):
        resource.delete(aws, resource_id, state)


def _find(resource: ResourceType, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap | None:
    traits = resource.traits
    with failing(f"reading {traits.label} ({resource_id})", resource.secrets(state)), ignoring(*traits.gone):
        return resource.read(aws, resource_id, state)
    return None


def _read_existing(resource: ResourceType, aws: Aws, resource_id: str, state: PropertyMap) -> PropertyMap:
    """Return what a read finds; an object that was just made or changed must be there."""
    found = _find(resource, aws, resource_id, state)
    if found is None:
        raise ProviderError(f"reading {resource.traits.label} ({resource_id}): couldn't find resource")
    return found


def _planned(traits: Traits, olds: PropertyMap, news: PropertyMap, ignored: Sequence[str]) -> PropertyMap:
    """Return the state that an update aims at: the old one with the new inputs, ignored paths as they were."""
    wanted = _without_defaults(paths.with_old_values(news, olds, ignored))
    kept = {name: value for name, value in olds.items() if name not in managed(traits) or name in traits.computed}
    planned = {**kept, **wanted}
    for name, same in traits.same.items():
        old, new = olds.get(name), planned.get(name)
        if isinstance(old, str) and isinstance(new, str) and same(old, new):
            planned[name] = old
    return planned


def _without_defaults(inputs: PropertyMap) -> PropertyMap:
    return {name: value for name, value in inputs.items() if name != DEFAULTS}
