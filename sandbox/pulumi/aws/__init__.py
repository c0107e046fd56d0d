"""A stand-in for the official `pulumi-resource-aws` 7.51.1, for the sandbox's AWS (moto).

It serves the same protocol and, for the few types this project uses, makes the same AWS calls in the same order as the
official provider, which bridges hashicorp/terraform-provider-aws; each module names the source file it follows. What
is left out is refused with a message, never ignored. Two things differ on purpose:

- Pauses of the official provider (10 s before a stack is asked for, 20 s for a lifecycle rule) are not slept: the calls
  around them are made without waiting. Retries last seconds instead of minutes.
- Where moto answers unlike AWS, the module that meets it works around it and says so.

Run it with `python -m sandbox.pulumi.aws`; it prints its port and serves on 127.0.0.1.
"""

VERSION = "7.51.1"


def serve() -> None:
    """Run the plugin in this process until it is told to stop."""
    # Only the process itself needs these.
    from sandbox.pulumi.aws.servicer import AwsProvider
    from sandbox.pulumi.server import serve_provider

    serve_provider(AwsProvider())
