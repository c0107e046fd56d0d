"""Start the plugin as the engine does."""

from sandbox.plugins.aws import serve

if __name__ == "__main__":
    serve()
