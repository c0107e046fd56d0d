"""The page for whoever answers for the account's security: `python -m operate report --html FILE`."""
