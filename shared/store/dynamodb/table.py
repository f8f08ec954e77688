"""All requests to the table: get, query, put, update, and transactions."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from shared.store.dynamodb.errors import Busy, Missing, Stale, StoreError, TooLarge
from shared.store.dynamodb.records import INDEX_KEYS, Record, connection
from shared.store.retries import attempts

MAX_ITEMS = 100
TRANSIENT = frozenset(
    {
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
        "ThrottlingError",
        "ThrottlingException",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
    }
)

Refusal = Callable[[], StoreError]
"""Makes the error for a failed condition."""


@dataclass(frozen=True, slots=True)
class Put:
    """`optional`: if its condition fails, the transaction is sent again without this write."""

    record: Record
    condition: Condition
    refuse: Refusal
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    record: Record
    actions: Sequence[Action]
    condition: Condition
    refuse: Refusal


@dataclass(frozen=True, slots=True)
class Delete:
    record: Record
    condition: Condition
    refuse: Refusal


@dataclass(frozen=True, slots=True)
class Check:
    """A condition on an item that the transaction does not write."""

    record: Record
    condition: Condition
    refuse: Refusal


Write = Put | Update | Delete | Check
SEND_ORDER: tuple[type[Write], ...] = (Check, Delete, Put, Update)
R = TypeVar("R", bound=Record)
ABSENT: Condition = Record.pk.does_not_exist()
PRESENT: Condition = Record.pk.exists()
ALWAYS: Condition = ABSENT | PRESENT
"""It always holds: another write of the transaction has the condition that matters."""


def get(kind: type[R], pk: str, sk: str) -> R | None:
    """The item of this kind, or None; read consistently: one read unit for each 4 KB."""
    connection()
    with _busy_where_unavailable():
        try:
            record = Record.get(pk, sk, consistent_read=True)
        except Record.DoesNotExist:
            return None
    return record if isinstance(record, kind) else None


def load(kind: type[R], pk: str, sk: str) -> R:
    """The item of this kind, read consistently. Raises Missing."""
    record = get(kind, pk, sk)
    if record is None:
        raise Missing("no such item")
    return record


def query(
    kind: type[R],
    pk: str,
    sk: Condition | None = None,
    *,
    limit: int | None = None,
    forward: bool = True,
    after: dict[str, Any] | None = None,
    page_size: int | None = None,
) -> Iterator[R]:
    """Items of one partition, read consistently and lazily, in the order of their sort key: those of this kind."""
    connection()
    with _busy_where_unavailable():
        found = Record.query(
            pk,
            sk,
            consistent_read=True,
            limit=limit,
            page_size=limit or page_size,
            scan_index_forward=forward,
            last_evaluated_key=after,
        )
        yield from (record for record in found if isinstance(record, kind))


def query_index(
    index: str,
    key: str,
    sort: Condition | None = None,
    *,
    page_size: int,
    forward: bool = True,
    after: dict[str, Any] | None = None,
) -> Iterator[Record]:
    """Items of one index partition, lazily, `page_size` a request; eventually consistent."""
    connection()
    with _busy_where_unavailable():
        yield from getattr(Record, index).query(
            key, sort, page_size=page_size, scan_index_forward=forward, last_evaluated_key=after
        )


def query_keys(
    index: str, key: str, sort: Condition, page_size: int = 100, *, forward: bool = True
) -> Iterator[tuple[str, str]]:
    """(sort key, pk) of an index partition's items in order, lazily, `page_size` a request.

    This does not use PynamoDB's models. A model with a discriminator filters its queries by `kind`, which a KEYS_ONLY
    index does not have, so it would find nothing. And an item that no model can read does not stop the query.
    """
    _, sort_name = INDEX_KEYS[index]
    names = ["pk", sort_name]
    for item in _raw(key, sort, index_name=index, attributes_to_get=names, limit=page_size, scan_index_forward=forward):
        yield item[sort_name]["S"], item["pk"]["S"]


def query_newest(pk: str, lower: str, upper: str, *, page_size: int, forward: bool = False) -> Iterator[dict[str, Any]]:
    """Undecoded items of one partition between two sort keys, the last first or with `forward` the first, lazily,
    `page_size` a request; eventually consistent."""
    return _raw(pk, Record.sk.between(lower, upper), limit=page_size, scan_index_forward=forward)


def query_items(pk: str, lower: str, upper: str) -> Iterator[dict[str, dict[str, str]]]:
    """Undecoded items of one partition between two sort keys, read consistently and lazily."""
    return _raw(pk, Record.sk.between(lower, upper), consistent_read=True)


def _raw(key: str, sort: Condition, **options: Any) -> Iterator[dict[str, dict[str, str]]]:
    shared, table = connection(), Record.Meta.table_name
    for page in _pages(lambda start: shared.query(table, key, sort, exclusive_start_key=start, **options)):
        yield from page["Items"]


def _pages(read: Callable[[Any], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The answers of a query or scan, lazily; `read` takes the key after which the next one begins."""
    start = None
    while True:
        with _busy_where_unavailable():
            page = read(start)
        yield page
        start = page.get("LastEvaluatedKey")
        if start is None:
            return


def scan(
    segment: int = 0, segments: int = 1, page_size: int | None = None, *, consistent: bool = False
) -> Iterator[dict[str, Any]]:
    """All items of the table, or of one of `segments` parts of it, undecoded and lazily: half a read unit for each 4
    KB, or a whole one if `consistent`. The items of one partition come together. Raises Busy."""
    shared = connection()

    def read(start: Any) -> dict[str, Any]:
        for _ in attempts():
            with suppress(Busy), _busy_where_unavailable():
                return shared.scan(
                    Record.Meta.table_name,
                    limit=page_size,
                    exclusive_start_key=start,
                    segment=segment if segments > 1 else None,
                    total_segments=segments if segments > 1 else None,
                    consistent_read=consistent,
                )
        raise Busy("the table is busy")

    for page in _pages(read):
        yield from page["Items"]


def count_index(index: str, key: str, sort: Condition | None, most: int) -> int:
    """The number of items of an index partition in a range, or `most` where there are more. Reads what it counts: half
    a read unit for each 4 KB."""
    shared, count = connection(), 0
    options: dict[str, Any] = {"index_name": index, "select": "COUNT"}

    def read(start: Any) -> dict[str, Any]:
        table = Record.Meta.table_name
        return shared.query(table, key, sort, exclusive_start_key=start, limit=most - count, **options)

    for page in _pages(read):
        count += int(page["Count"])
        if count >= most:
            break
    return count


def put(write: Put) -> None:
    """One conditional write of one item. Raises the error of `refuse`, or Busy."""
    connection()
    with _busy_where_unavailable(write):
        write.record.save(condition=write.condition)


def update(write: Update) -> None:
    """One conditional update of one item. Raises the error of `refuse`, or Busy."""
    connection()
    with _busy_where_unavailable(write):
        write.record.update(actions=list(write.actions), condition=write.condition)


def put_many(records: Sequence[Record]) -> None:
    """Put these items, whatever is there, in requests of 25, each item on its own: a failure may leave some unwritten.
    Raises Busy."""
    connection()
    with _busy_where_unavailable(), Record.batch_write() as batch:
        for record in records:
            batch.save(record)


def get_many(item_keys: Sequence[tuple[str, str]]) -> Iterator[Record]:
    """These items, as far as they exist, in no order; eventually consistent, half a read unit for each 4 KB."""
    connection()
    with _busy_where_unavailable():
        yield from Record.batch_get(list(item_keys), consistent_read=False)


def save(write: Put, also: Sequence[Write] = ()) -> None:
    """One write alone, or in one transaction with others, which costs twice as many write units."""
    if also:
        transact([write, *also])
    else:
        put(write)


def transact(writes: Sequence[Write]) -> None:
    """All of `writes` (at most 100) or none, except optional ones. Two write units for each KB of each item.

    Conflicts with other transactions are retried with the same token. Raises the error of the first failed condition,
    TooLarge, or Busy. After Busy the outcome may be unknown: the answer may have been lost.
    """
    if len(writes) > MAX_ITEMS:
        raise TooLarge(f"{len(writes)} items do not fit into one transaction")
    shared = connection()
    token = uuid.uuid4().hex
    # PynamoDB sends the writes in this order, and DynamoDB returns the reasons in the same order.
    ordered = sorted(writes, key=lambda write: SEND_ORDER.index(type(write)))
    for _ in attempts():
        try:
            with _busy_where_unavailable(), TransactWrite(connection=shared, client_request_token=token) as transaction:
                for write in ordered:
                    _add(transaction, write)
            return
        except TransactWriteError as error:
            failed = [
                (write, reason)
                for write, reason in zip(ordered, error.cancellation_reasons, strict=False)
                if reason is not None
            ]
            dropped: list[Write] = []
            for write, reason in failed:
                if reason.code == "ConditionalCheckFailed":
                    if not (isinstance(write, Put) and write.optional):
                        raise write.refuse() from error
                    dropped.append(write)
            if dropped:  # a token is valid for one content
                ordered = [write for write in ordered if not any(write is each for each in dropped)]
                token = uuid.uuid4().hex
                continue
            codes = {reason.code for _, reason in failed} or {_code(error)}
            if not codes <= TRANSIENT:
                _unavailable(error, codes)
    raise Busy("the table is busy")


def _add(transaction: TransactWrite, write: Write) -> None:
    if isinstance(write, Put):
        transaction.save(write.record, condition=write.condition)
    elif isinstance(write, Update):
        transaction.update(write.record, list(write.actions), condition=write.condition)
    elif isinstance(write, Check):
        transaction.condition_check(type(write.record), write.record.pk, write.record.sk, condition=write.condition)
    else:
        transaction.delete(write.record, condition=write.condition)


@contextmanager
def _busy_where_unavailable(write: Put | Update | None = None) -> Iterator[None]:
    """Turns timeouts and throttles into Busy, and a failed condition into the error of `write`. `transact` handles
    TransactWriteError itself."""
    try:
        yield
    except TransactWriteError:
        raise
    except (PynamoDBException, BotoCoreError) as error:
        if write and _code(error) == "ConditionalCheckFailedException":
            raise write.refuse() from error
        _unavailable(error)


def stale() -> StoreError:
    return Stale("the item has changed since it was read")


def _unavailable(error: Exception, codes: set[str] | None = None) -> NoReturn:
    """Raise Busy for throttles and timeouts; raise any other error as it is, because it is a bug."""
    if isinstance(error, BotoCoreError) or isinstance(getattr(error, "cause", None), BotoCoreError):
        raise Busy("the table does not answer") from error
    if (codes or {_code(error)}) <= TRANSIENT:
        raise Busy("the table is busy") from error
    raise error


def _code(error: Exception) -> str:
    """DynamoDB's error code, or "". PynamoDB's own property fails on a timeout, whose `response` is None."""
    response = getattr(getattr(error, "cause", None), "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
