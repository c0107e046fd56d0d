"""What an operator runs beside Pulumi: `python -m operate up|destroy|revert|report`."""
