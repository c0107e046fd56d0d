"""AWS on this machine: moto in a process of the project's own, taught what moto does not know.

`python -m sandbox.aws --port 4610` runs it; `sandbox.aws.control.AwsControl` looks inside and injects faults.
"""
