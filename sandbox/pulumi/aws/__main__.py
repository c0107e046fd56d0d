"""Start the plugin as the engine does."""

from sandbox.pulumi.aws import serve

if __name__ == "__main__":
    serve()
