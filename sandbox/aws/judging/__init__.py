"""Whether a caller may make a call: identity policies, enforced in front of moto.

moto has an enforcement of its own. It cannot judge a scoped policy: for most of S3 it asks for actions that do not
exist, it never asks for the resource of a call outside S3, and one statement whose condition fails denies the call even
where another allows it. Hence each request is judged here before moto sees it, and so are the calls that CloudFormation
makes with the caller's rights.
"""
