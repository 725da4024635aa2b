"""CloudWatch Logs through boto3, against the server in argv[1]. Fails with a traceback, else prints a summary.

Run by logs.test.ts. What is particular to boto3: the event stream of a Live Tail session, the errors as classes of the
client, and paginators.
"""

import sys
import threading
import time

import boto3
from botocore.config import Config

ACCOUNT, REGION = "123456789012", "ap-south-1"
GROUP = "/app/orders"
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"

logs = boto3.client(
    "logs",
    endpoint_url=sys.argv[1],
    region_name=REGION,
    aws_access_key_id=ACCOUNT,
    aws_secret_access_key="secret",
    # Else Live Tail looks for a host named stream-127.0.0.1.
    config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False),
)


def put(*messages):
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    return logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=events)


def settings():
    logs.create_log_group(logGroupName=GROUP, tags={"team": "a"})
    logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=7)
    logs.tag_resource(resourceArn=ARN, tags={"stage": "test"})
    assert logs.list_tags_for_resource(resourceArn=ARN)["tags"] == {"team": "a", "stage": "test"}
    (group,) = logs.describe_log_groups()["logGroups"]
    assert (group["retentionInDays"], group["logGroupClass"]) == (7, "STANDARD"), group
    old = [{"timestamp": int((time.time() - 8 * 86400) * 1000), "message": "old"}]
    answer = logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=old)
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}, answer
    try:
        logs.tag_resource(resourceArn=ARN, tags={f"t{index}": "" for index in range(49)})
    except logs.exceptions.TooManyTagsException as error:
        assert error.response["resourceName"] == ARN, error.response
    else:
        raise AssertionError("51 tags were taken")


def patterns():
    put('{"level":"ERROR","ms":120,"tags":["slow","retry"]}', '127.0.0.1 GET "/index.html" 404', "Task timed out")
    pages = logs.get_paginator("filter_log_events")

    def count(pattern):
        return sum(len(page["events"]) for page in pages.paginate(logGroupName=GROUP, filterPattern=pattern))

    assert count('{ $.level = "ERR*" && $.ms >= 100 && $.tags[*] = retry }') == 1
    assert count("[ip = %127\\.0\\..*%, method, path, status = 4*]") == 1
    assert count("%timed? out$%") == 1
    assert count("?timed ?GET") == 2
    try:
        count("{ $.level == 1 }")
    except logs.exceptions.InvalidParameterException as error:
        assert "Invalid filter pattern" in str(error), error
    else:
        raise AssertionError("a wrong pattern was taken")


def metric_filters():
    transformation = {"metricName": "ms", "metricNamespace": "app", "metricValue": "$.ms", "unit": "Milliseconds"}
    logs.put_metric_filter(
        logGroupName=GROUP, filterName="f", filterPattern="{ $.ms = * }", metricTransformations=[transformation]
    )
    (found,) = logs.describe_metric_filters(logGroupName=GROUP)["metricFilters"]
    assert found["metricTransformations"] == [transformation], found
    matches = logs.test_metric_filter(filterPattern="[a, b=1]", logEventMessages=["x 1", "y 2"])["matches"]
    assert [match["extractedValues"] for match in matches] == [{"$a": "x", "$b": "1"}], matches
    logs.delete_metric_filter(logGroupName=GROUP, filterName="f")


def live_tail():
    stream = logs.start_live_tail(logGroupIdentifiers=[ARN], logEventFilterPattern="ERROR")["responseStream"]
    # Lines go on until one has come: the session is there when its first event is.
    stop = threading.Event()

    def write():
        while not stop.wait(0.2):
            put("fine", "ERROR 1")

    events = iter(stream)
    start = next(events)["sessionStart"]
    assert start["logGroupIdentifiers"] == [ARN], start
    writer = threading.Thread(target=write)
    writer.start()
    try:
        results = []
        while not results:
            results = next(events)["sessionUpdate"]["sessionResults"]
        assert {result["message"] for result in results} == {"ERROR 1"}, results
    finally:
        stop.set()
        writer.join()
        stream.close()


def live_tail_left():
    """An account has fifteen sessions at once: one that is left makes room, as soon as the server has seen it."""
    for _ in range(20):
        for _ in range(100):
            try:
                stream = logs.start_live_tail(logGroupIdentifiers=[ARN])["responseStream"]
                break
            except logs.exceptions.LimitExceededException:
                time.sleep(0.05)
        next(iter(stream))
        stream.close()


for step in (settings, patterns, metric_filters, live_tail, live_tail_left):
    step()
print("done: settings, patterns, metric filters, live tail")
