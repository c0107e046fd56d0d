"""What an `up` would do, without Pulumi; and the ledger of what was deployed."""
