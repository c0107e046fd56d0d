"""`python -m operate doctor`: what stands in the way of a deployment, found before the first change.

It changes nothing, and it has no rules of its own: each check asks the function that the deployment goes by.
"""
