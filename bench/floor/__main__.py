"""The floor: the same plugins as the program starts, one resource each."""

import json

import pulumi_aws as aws
from floor_provider import Idle
from pulumi_command import local

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}

aws.iam.Role("role", assume_role_policy=json.dumps(TRUST))
local.Command("command", create="true")
Idle("nothing")
