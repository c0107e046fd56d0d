"""Where the accounts come from."""
