"""The AWS SDK warns of its own deprecated parts when it loads them; from here on warnings are errors."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from pulumi_aws import cloudformation, cloudtrail, iam, s3

    # The modules load when they are first used.
    LOADED = (cloudformation.Stack, cloudtrail.Trail, iam.Role, s3.Bucket)
