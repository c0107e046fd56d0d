"""The embedded default: a Trend simulator, AWS by moto, and an engine with its plugins, all on this machine.

`python -m sandbox start` runs it for a person, `sandbox.sandbox.Sandbox` for a test.
"""
