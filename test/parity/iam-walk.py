"""What deploy tools ask of IAM and STS, through boto3, against the server in argv[1] with the root key in argv[2:4].

Run by iam.test.ts. Fails with a traceback, else prints a summary. What is particular to boto3: documents decoded into
dicts, timestamps as datetimes, paginators and waiters of its own, resources, exceptions as classes of the client.
"""

import datetime
import json
import sys

import boto3
from botocore.config import Config

ENDPOINT, KEY_ID, SECRET = sys.argv[1:4]
ACCOUNT = "000000000000"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def trust(principal):
    statement = {"Effect": "Allow", "Principal": principal, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    return {"Version": "2012-10-17", "Statement": [statement]}


def session(key_id=KEY_ID, secret=SECRET, token=None):
    return boto3.Session(key_id, secret, token, region_name="eu-west-1")


def client(name, of=None):
    config = Config(retries={"total_max_attempts": 1})
    return (of or session()).client(name, endpoint_url=ENDPOINT, config=config)


def walk_roles(iam):
    iam.create_role(RoleName="boto", AssumeRolePolicyDocument=json.dumps(trust({"Service": "lambda.amazonaws.com"})))
    iam.get_waiter("role_exists").wait(RoleName="boto")
    iam.put_role_policy(RoleName="boto", PolicyName="inline", PolicyDocument=json.dumps(DOCUMENT))
    iam.attach_role_policy(RoleName="boto", PolicyArn=BASIC)
    role = iam.get_role(RoleName="boto")["Role"]
    assert role["AssumeRolePolicyDocument"] == trust({"Service": "lambda.amazonaws.com"}), role
    assert role["CreateDate"].tzinfo is not None
    assert iam.get_role_policy(RoleName="boto", PolicyName="inline")["PolicyDocument"] == DOCUMENT
    details = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    [detail] = [each for each in details if each["RoleName"] == "boto"]
    assert detail["RolePolicyList"][0]["PolicyDocument"] == DOCUMENT, detail
    entities = iam.list_entities_for_policy(PolicyArn=BASIC)["PolicyRoles"]
    assert "boto" in [each["RoleName"] for each in entities], entities
    resource = session().resource("iam", endpoint_url=ENDPOINT).Role("boto")
    for policy in resource.attached_policies.all():
        policy.detach_role(RoleName="boto")
    for policy in resource.policies.all():
        policy.delete()
    resource.delete()
    try:
        iam.get_role(RoleName="boto")
        raise AssertionError("the role is still there")
    except iam.exceptions.NoSuchEntityException as error:
        assert error.response["Error"]["Message"] == "The role with name boto cannot be found."


def walk_users_and_groups(iam):
    iam.create_group(GroupName="devs")
    iam.attach_group_policy(GroupName="devs", PolicyArn=BASIC)
    for name in ("ann", "bob", "cyd"):
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName="devs", UserName=name)
    iam.get_waiter("user_exists").wait(UserName="ann")
    pages = iam.get_paginator("get_group").paginate(GroupName="devs", PaginationConfig={"PageSize": 2})
    assert [user["UserName"] for page in pages for user in page["Users"]] == ["ann", "bob", "cyd"]
    iam.update_user(UserName="ann", NewUserName="anna", NewPath="/people/")
    groups = iam.list_groups_for_user(UserName="anna")["Groups"]
    assert [group["GroupName"] for group in groups] == ["devs"], groups
    # As Terraform's force_destroy goes about it.
    for name in ("anna", "bob", "cyd"):
        for listing in ("list_mfa_devices", "list_ssh_public_keys", "list_signing_certificates"):
            answer = getattr(iam, listing)(UserName=name)
            assert not answer["IsTruncated"], answer
        assert iam.list_service_specific_credentials(UserName=name)["ServiceSpecificCredentials"] == []
        try:
            iam.delete_login_profile(UserName=name)
            raise AssertionError("a login profile was there")
        except iam.exceptions.NoSuchEntityException:
            pass
        iam.remove_user_from_group(GroupName="devs", UserName=name)
        iam.delete_user(UserName=name)
    iam.detach_group_policy(GroupName="devs", PolicyArn=BASIC)
    iam.delete_group(GroupName="devs")


def walk_providers(iam):
    url = "https://token.actions.githubusercontent.com"
    arn = iam.create_open_id_connect_provider(Url=url, ClientIDList=["sts.amazonaws.com"])["OpenIDConnectProviderArn"]
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert provider["Url"] == "token.actions.githubusercontent.com", provider
    assert provider["ClientIDList"] == ["sts.amazonaws.com"]
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    metadata = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x">' + " " * 1000
    metadata += "</EntityDescriptor>"
    arn = iam.create_saml_provider(Name="corp", SAMLMetadataDocument=metadata)["SAMLProviderArn"]
    assert iam.get_saml_provider(SAMLProviderArn=arn)["SAMLMetadataDocument"] == metadata
    iam.delete_saml_provider(SAMLProviderArn=arn)


def walk_service_linked_roles(iam):
    role = iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")["Role"]
    assert role["Path"] == "/aws-service-role/ecs.amazonaws.com/", role
    try:
        iam.delete_role(RoleName=role["RoleName"])
        raise AssertionError("a protected role was deleted")
    except iam.exceptions.UnmodifiableEntityException:
        pass
    task = iam.delete_service_linked_role(RoleName=role["RoleName"])["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"


def walk_keys(iam):
    iam.create_user(UserName="boto-ci")
    iam.create_role(RoleName="ci-role", AssumeRolePolicyDocument=json.dumps(trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/boto-ci"})))
    key = iam.create_access_key(UserName="boto-ci")["AccessKey"]
    own = session(key["AccessKeyId"], key["SecretAccessKey"])
    assert client("sts", own).get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/boto-ci"
    keys = client("iam", own).list_access_keys()["AccessKeyMetadata"]
    assert [each["Status"] for each in keys] == ["Active"], keys
    answer = client("sts", own).assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/ci-role",
        RoleSessionName="build",
        DurationSeconds=900,
        Tags=[{"Key": "run", "Value": "1"}],
    )
    made = answer["Credentials"]
    left = made["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(0) < left <= datetime.timedelta(seconds=900), left
    role = session(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    identity = client("sts", role).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/ci-role/build", identity
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]
    assert client("lambda", role).list_functions()["Functions"] == []
    token = client("sts", own).get_session_token(DurationSeconds=900)["Credentials"]
    again = session(token["AccessKeyId"], token["SecretAccessKey"], token["SessionToken"])
    assert client("sts", again).get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/boto-ci"
    iam.delete_access_key(UserName="boto-ci", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="boto-ci")
    for gone in (own, again):
        try:
            client("sts", gone).get_caller_identity()
            raise AssertionError("a key of a user who is gone was taken")
        except client("sts").exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidClientTokenId", error


iam = client("iam")
walk_roles(iam)
walk_users_and_groups(iam)
walk_providers(iam)
walk_service_linked_roles(iam)
walk_keys(iam)
assert iam.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"] == 1
print("done: roles, users, groups, providers, service-linked roles, keys")
