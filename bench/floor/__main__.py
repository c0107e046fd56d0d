"""The floor: pulumi and pulumi_aws, one AWS resource and one dynamic resource."""

import json

import pulumi_aws as aws
from floor_provider import Nothing

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

aws.iam.Role("role", assume_role_policy=json.dumps(TRUST))
Nothing("nothing")
