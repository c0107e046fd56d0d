"""What Vision One reads of an AWS account for its core features.

Source: Trend's page on connecting an AWS account without its template, policies Part1 to Part3. Left out of them is
what changes something (Systems Manager parameters and their tags, Trusted Advisor's refresh) and what reads values of
parameters; docs/limits.md says what that may cost. Where the page names three or more `Describe` or `List` actions of a
service, all of them are allowed where they show metadata alone; a role's inline policies hold 10,240 characters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

READS: Mapping[str, str] = {
    "access-analyzer": "ListAnalyzers ListFindings",
    "acm": "DescribeCertificate ListCertificates ListTagsForCertificate",
    "apigateway": "GET",
    "appflow": "DescribeFlow ListFlows",
    "application-autoscaling": "Describe*",
    "athena": "GetQueryExecution ListQueryExecutions ListTagsForResource",
    "autoscaling": "Describe*",
    "backup": "DescribeBackupVault GetBackupVaultAccessPolicy ListBackupVaults",
    "ce": "GetAnomalies GetAnomalyMonitors",
    "cloudformation": "Describe* DetectStackDrift GetStackPolicy GetTemplate List*",
    "cloudfront": "GetDistribution ListDistributions ListTagsForResource",
    "cloudtrail": "DescribeTrails GetEventSelectors GetTrailStatus ListTags",
    "cloudwatch": "DescribeAlarms DescribeAlarmsForMetric GetMetricStatistics ListMetrics",
    "comprehend": "List*",
    "compute-optimizer": "GetAutoScalingGroupRecommendations GetEC2InstanceRecommendations",
    "config": "Describe* GetComplianceDetailsByConfigRule GetResourceConfigHistory SelectResourceConfig",
    "dax": "DescribeClusters ListTags",
    "dms": "DescribeReplicationInstances ListTagsForResource",
    "ds": "DescribeDirectories ListTagsForResource",
    "dynamodb": "Describe* List*",
    "ec2": (
        "DescribeAccountAttributes DescribeAddresses DescribeAvailabilityZones DescribeEgressOnlyInternetGateways "
        "DescribeFlowLogs DescribeImages DescribeInstanceAttribute DescribeInstanceStatus DescribeInstances "
        "DescribeInternetGateways DescribeKeyPairs DescribeManagedPrefixLists DescribeNatGateways "
        "DescribeNetworkAcls DescribeNetworkInterfaces DescribeRegions DescribeReservedInstances "
        "DescribeRouteTables DescribeSecurityGroupReferences DescribeSecurityGroups DescribeSnapshotAttribute "
        "DescribeSnapshots DescribeSubnets DescribeTags DescribeTransitGatewayPeeringAttachments "
        "DescribeTransitGatewayRouteTables DescribeTransitGateways DescribeVolumes DescribeVpcAttribute "
        "DescribeVpcEndpoints DescribeVpcPeeringConnections DescribeVpcs DescribeVpnConnections "
        "DescribeVpnGateways GetEbsEncryptionByDefault SearchTransitGatewayRoutes"
    ),
    "ecr": "DescribeImages DescribeRepositories GetLifecyclePolicy GetRepositoryPolicy",
    "ecs": "Describe* List*",
    "eks": "DescribeCluster ListClusters",
    "elasticache": "Describe* ListTagsForResource",
    "elasticbeanstalk": "DescribeConfigurationSettings DescribeEnvironments",
    "elasticfilesystem": "DescribeFileSystems DescribeTags",
    "elasticloadbalancing": "Describe*",
    "elasticmapreduce": "DescribeCluster ListClusters ListInstances",
    "es": "Describe* List*",
    "events": "DescribeEventBus ListRules",
    "firehose": "DescribeDeliveryStream ListDeliveryStreams ListTagsForDeliveryStream",
    "glue": "GetDataCatalogEncryptionSettings GetDatabases GetSecurityConfiguration GetSecurityConfigurations",
    "guardduty": "GetDetector GetFindings ListDetectors ListFindings",
    "health": "Describe*",
    "iam": (
        "GenerateCredentialReport GetAccessKeyLastUsed GetAccountAuthorizationDetails GetAccountPasswordPolicy "
        "GetAccountSummary GetCredentialReport GetGroup GetGroupPolicy GetLoginProfile GetOpenIDConnectProvider "
        "GetPolicy GetPolicyVersion GetRole GetRolePolicy GetSAMLProvider GetServerCertificate GetUser "
        "GetUserPolicy List*"
    ),
    "inspector": "Describe* List* PreviewAgents",
    "kafka": "DescribeCluster ListClusters ListNodes",
    "kinesis": "DescribeStream ListStreams ListTagsForStream",
    "kms": "DescribeKey GetKeyPolicy GetKeyRotationStatus List*",
    "lambda": "GetAccountSettings GetFunctionConfiguration GetPolicy List*",
    "logs": "Describe*",
    "macie2": "GetClassificationExportConfiguration GetFindingStatistics ListClassificationJobs",
    "mq": "DescribeBroker ListBrokers",
    "organizations": "Describe* List*",
    "rds": "Describe* ListTagsForResource",
    "redshift": "Describe*",
    "route53": "GetDNSSEC GetGeoLocation List*",
    "route53domains": "GetDomainDetail ListDomains ListTagsForDomain",
    "s3": (
        "GetAccelerateConfiguration GetAccountPublicAccessBlock GetBucketAcl GetBucketLocation GetBucketLogging "
        "GetBucketObjectLockConfiguration GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock "
        "GetBucketTagging GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration "
        "GetLifecycleConfiguration ListAllMyBuckets ListBucket"
    ),
    "sagemaker": "DescribeNotebookInstance ListNotebookInstances ListTags",
    "secretsmanager": "DescribeSecret ListSecrets",  # pragma: allowlist secret
    "securityhub": (
        "DescribeHub GetEnabledStandards GetFindings GetInsightResults GetInsights GetMasterAccount GetMembers List*"
    ),
    "servicequotas": "ListServiceQuotas",
    "ses": (
        "GetIdentityDkimAttributes GetIdentityPolicies GetIdentityVerificationAttributes ListIdentities "
        "ListIdentityPolicies"
    ),
    "shield": "DescribeSubscription",
    "sns": "GetTopicAttributes List*",
    "sqs": "GetQueueAttributes ListQueueTags ListQueues",
    "ssm": "Describe*",
    "storagegateway": "DescribeNFSFileShares DescribeSMBFileShares DescribeTapes List*",
    "support": (
        "DescribeSeverityLevels DescribeTrustedAdvisorCheckRefreshStatuses DescribeTrustedAdvisorCheckResult "
        "DescribeTrustedAdvisorChecks"
    ),
    "tag": "GetResources GetTagKeys GetTagValues",
    "transfer": "DescribeServer ListServers",
    "waf": "GetWebACL ListWebACLs",
    "wafv2": "GetWebACL ListWebACLs",
    "wellarchitected": "GetWorkload ListWorkloads",
    "workspaces": "Describe*",
    "xray": "GetEncryptionConfig",
}
"""Actions by service, without its prefix."""


def read_policy() -> str:
    """Return the role's policy: it lists and describes, and neither changes anything nor reads what is stored."""
    actions = [f"{service}:{action}" for service, names in READS.items() for action in names.split()]
    statement = {"Sid": "ReadInventory", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
