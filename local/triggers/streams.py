"""The stream mappings of one function: reads the table's stream and invokes the function with the records that its
filter takes, as Lambda does.

It begins with what is written from now on. A batch that fails is invoked again as often as the mapping says, then left
out.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.resources import StreamEvent
from local.runtime import TIMED_OUT, Environment, TimedOut
from local.template import Template

PAUSE_SECONDS = 0.5
"""Between two looks at a stream that had nothing new. Lambda looks four times a second."""
PAGE = 1000


def is_match(pattern: Any, value: Any) -> bool:
    """Does a filter's pattern take this value? A list has the values that are taken; other rules are not known here."""
    if isinstance(pattern, Mapping):
        return isinstance(value, Mapping) and all(is_match(each, value.get(name)) for name, each in pattern.items())
    return value in pattern


def records(streams: Any, arn: str, iterator: str) -> tuple[list[Any], str]:
    """The next records of the stream, and the iterator after them."""
    answer = streams.get_records(ShardIterator=iterator, Limit=PAGE)
    return answer["Records"], answer.get("NextShardIterator") or latest(streams, arn)


def latest(streams: Any, arn: str) -> str:
    """An iterator for what is written from now on. The engine has one shard for a table."""
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator: str = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST")[
        "ShardIterator"
    ]
    return iterator


def arn_of(streams: Any, table: str) -> str:
    arn: str = streams.list_streams(TableName=table)["Streams"][-1]["StreamArn"]
    return arn


def batches(mapping: StreamEvent, found: Sequence[Any]) -> Iterator[list[Any]]:
    taken = [each for each in found if any(is_match(pattern, each) for pattern in mapping.patterns)]
    for start in range(0, len(taken), mapping.batch_size):
        yield taken[start : start + mapping.batch_size]


def deliver(environment: Environment, mapping: StreamEvent, batch: Sequence[Any]) -> bool:
    """Invoke the function with a batch, again if it fails. False if every attempt has failed."""
    for _ in range(1 + mapping.retries):
        try:
            environment.invoke({"Records": batch})
            return True
        except TimedOut:
            print(f"{mapping.function} ran out of time", file=sys.stderr)
            return False
        except Exception:
            traceback.print_exc(file=sys.stderr)
    return False


def run(environment: Environment, mapping: StreamEvent, streams: Any) -> None:
    """Run until the function is stuck; the local run then starts another process."""
    arn = arn_of(streams, mapping.table)
    iterator = latest(streams, arn)
    while not environment.stuck:
        try:
            found, iterator = records(streams, arn, iterator)
        except Exception as failed:  # the table's engine ends with the run; what is missed here, the schedule finds
            print(f"the stream of {mapping.table} does not answer: {failed}", file=sys.stderr)
            time.sleep(PAUSE_SECONDS)
            continue
        for batch in batches(mapping, found):
            deliver(environment, mapping, batch)
        if len(found) < PAGE:
            time.sleep(PAUSE_SECONDS)


def start(template: Template, name: str) -> int:
    """Run for this function; returns TIMED_OUT when it is stuck."""
    import boto3

    (mapping,) = [mapping for mapping in template.stream_events if mapping.function == name]
    endpoint = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
    run(Environment.of(template.functions[name]), mapping, boto3.client("dynamodbstreams", endpoint_url=endpoint))
    return TIMED_OUT
