"""Many accounts from one file: plans, deploys and watches a stack for each account of an organization.

It uses `operate`, which does one account; nothing uses it.
"""
