# From `python -m fleet plan --json`: the ids of the accounts that `up` would deploy, for a host that begins a job for each.
[.accounts[] | select(.status == "new" or .status == "settings changed" or .status == "failed") | .id]
| if length > $most then error("\(length) accounts, and this host begins at most \($most) jobs: use `fleet up`") else . end
