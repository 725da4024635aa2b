"""The life of a function through boto3, against the server in argv[1]. Fails with a traceback, else prints a summary.

Run by boto3.test.ts. What is particular to boto3 and not to the other clients: resources made by waiters and
paginators of its own, StreamingBody, exceptions as classes of the client, timestamps as datetimes.
"""

import base64
import datetime
import io
import json
import sys
import urllib.request
import zipfile

import boto3
from botocore.config import Config
from botocore.response import StreamingBody

ACCOUNT, REGION = "123456789012", "ap-south-1"
ENDPOINT = sys.argv[1]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
OFTEN = {"Delay": 0.1, "MaxAttempts": 300}


def client(name):
    return boto3.client(
        name,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )


sts, iam, functions, logs = (client(name) for name in ("sts", "iam", "lambda", "logs"))


def package(word):
    """A zip as Python's own library writes it."""
    code = (
        "exports.handler = async (event) => {\n"
        "  console.log('asked', event.n)\n"
        "  if (event.n < 0) throw new RangeError('too low')\n"
        f"  return {{ {word}: event.n * 2 }}\n"
        "}\n"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("index.js", (1980, 1, 1, 0, 0, 0))
        # Without a mode Python writes 0600, which the function may not read, here as on AWS.
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, code, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def raised(kind, call, **arguments):
    """What the call raises, which must be of this kind."""
    try:
        call(**arguments)
    except kind as error:
        return error.response
    raise AssertionError(f"{kind.__name__} was expected")


def role():
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
    created = iam.create_role(RoleName="doubler", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    assert created["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/doubler"
    assert isinstance(created["CreateDate"], datetime.datetime)
    iam.get_waiter("role_exists").wait(RoleName="doubler")
    # boto3 decodes the document itself.
    assert iam.get_role(RoleName="doubler")["Role"]["AssumeRolePolicyDocument"] == TRUST
    iam.attach_role_policy(RoleName="doubler", PolicyArn=BASIC)
    pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName="doubler")
    assert [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]] == [BASIC]
    again = raised(
        iam.exceptions.EntityAlreadyExistsException,
        iam.create_role,
        RoleName="doubler",
        AssumeRolePolicyDocument=json.dumps(TRUST),
    )
    assert again["Error"]["Code"] == "EntityAlreadyExists"
    assert again["ResponseMetadata"]["HTTPStatusCode"] == 409
    return created["Arn"]


def create(arn):
    created = functions.create_function(
        FunctionName="doubler",
        Runtime="nodejs20.x",
        Handler="index.handler",
        Role=arn,
        Code={"ZipFile": package("double")},
    )
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    functions.get_waiter("function_exists").wait(FunctionName="doubler", WaiterConfig=OFTEN)
    functions.get_waiter("function_active_v2").wait(FunctionName="doubler", WaiterConfig=OFTEN)
    got = functions.get_function(FunctionName="doubler")
    assert got["Configuration"]["State"] == "Active"
    with urllib.request.urlopen(got["Code"]["Location"]) as download:
        assert download.read() == package("double")


def invoke():
    answer = functions.invoke(FunctionName="doubler", Payload=b'{"n":21}', LogType="Tail")
    assert answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST"
    assert isinstance(answer["Payload"], StreamingBody)
    assert answer["Payload"].read() == b'{"double":42}'
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert tail.startswith("START RequestId: " + answer["ResponseMetadata"]["RequestId"]), tail
    assert "\tINFO\tasked 21\n" in tail, tail
    failed = functions.invoke(FunctionName="doubler", Payload=json.dumps({"n": -1}))
    assert failed["FunctionError"] == "Unhandled"
    assert json.load(failed["Payload"])["errorType"] == "RangeError"
    refused = raised(
        functions.exceptions.InvalidRequestContentException,
        functions.invoke,
        FunctionName="doubler",
        Payload=b"{",
    )
    assert refused["Error"]["Message"].startswith("Could not parse request body into json: ")
    dry = functions.invoke(FunctionName="doubler", InvocationType="DryRun")
    assert dry["StatusCode"] == 204


def read_logs():
    group = "/aws/lambda/doubler"
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, PaginationConfig={"PageSize": 2})
    messages = [event["message"] for page in pages for event in page["events"]]
    assert [message.split(" ")[0] for message in messages if message.startswith(("START", "END", "REPORT"))] == [
        "START", "END", "REPORT", "START", "END", "REPORT",
    ], messages
    assert sum("\tINFO\tasked " in message for message in messages) == 2, messages
    streams = logs.get_paginator("describe_log_streams").paginate(logGroupName=group)
    assert len([stream for page in streams for stream in page["logStreams"]]) == 1
    raised(logs.exceptions.ResourceNotFoundException, logs.get_log_events, logGroupName=group, logStreamName="no")


def update():
    revision = functions.get_function_configuration(FunctionName="doubler")["RevisionId"]
    updated = functions.update_function_code(FunctionName="doubler", ZipFile=package("twice"))
    assert updated["LastUpdateStatus"] == "InProgress"
    functions.get_waiter("function_updated_v2").wait(FunctionName="doubler", WaiterConfig=OFTEN)
    stale = raised(
        functions.exceptions.PreconditionFailedException,
        functions.update_function_configuration,
        FunctionName="doubler",
        Timeout=5,
        RevisionId=revision,
    )
    assert stale["ResponseMetadata"]["HTTPStatusCode"] == 412
    functions.update_function_configuration(FunctionName="doubler", Timeout=5, Description="doubles")
    functions.get_waiter("function_updated_v2").wait(FunctionName="doubler", WaiterConfig=OFTEN)
    assert json.load(functions.invoke(FunctionName="doubler", Payload=b'{"n":2}')["Payload"]) == {"twice": 4}
    broken = raised(
        functions.exceptions.InvalidParameterValueException,
        functions.update_function_code,
        FunctionName="doubler",
        ZipFile=b"no zip",
    )
    assert broken["Error"]["Message"] == "Could not unzip uploaded file. Please check your file, then try to upload again."


def end(arn):
    for name in ("a", "b"):
        functions.create_function(
            FunctionName=name, Runtime="nodejs20.x", Handler="index.handler", Role=arn, Code={"ZipFile": package("x")}
        )
    pages = list(functions.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2}))
    assert [[each["FunctionName"] for each in page["Functions"]] for page in pages] == [["a", "b"], ["doubler"]]
    functions.delete_function(FunctionName="doubler")
    gone = raised(functions.exceptions.ResourceNotFoundException, functions.invoke, FunctionName="doubler")
    assert gone["Error"]["Message"] == f"Function not found: arn:aws:lambda:{REGION}:{ACCOUNT}:function:doubler"
    raised(iam.exceptions.DeleteConflictException, iam.delete_role, RoleName="doubler")
    iam.detach_role_policy(RoleName="doubler", PolicyArn=BASIC)
    iam.delete_role(RoleName="doubler")
    raised(iam.exceptions.NoSuchEntityException, iam.get_role, RoleName="doubler")


steps = ["role", "create", "invoke", "logs", "update", "end"]
arn = role()
create(arn)
invoke()
read_logs()
update()
end(arn)
print("done: " + ", ".join(steps))
