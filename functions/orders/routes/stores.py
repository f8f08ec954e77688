"""The store's settings."""

from dataclasses import replace
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body as InBody

from functions.orders.call import Call, access
from functions.orders.identity import OWNER
from functions.orders.models.stores import PatchStore, StoreView, store_view
from functions.orders.problems import malformed
from functions.orders.responses import documented, reply
from shared.domain.stores import DeadlinePolicy, Mode, Store
from shared.operations.stores import change_store

router = Router()


@router.get(
    "/v1/store",
    summary="Read the store's settings",
    tags=["Store"],
    operation_id="get_store",
    responses=documented(StoreView, "The store."),
)
@access()
def get_store() -> Response[Any]:
    call: Call = router.context["call"]
    return reply(store_view(call.store))


@router.patch(
    "/v1/store",
    summary="Change the store's settings",
    tags=["Store"],
    operation_id="patch_store",
    responses=documented(StoreView, "The store as it is now."),
)
@access(OWNER)
def patch_store(body: Annotated[PatchStore, InBody()]) -> Response[Any]:
    call: Call = router.context["call"]
    assert call.stored_store is not None
    given = {name: getattr(body, name) for name in body.model_fields_set}
    for name, value in given.items():
        if value is None:
            raise malformed(f"/{name}", "invalid_value", "A setting has a value: leave it out to keep it.")
    policy, rates = given.pop("deadline_policy", None), given.pop("fee_rates", None)
    durations = (
        {}
        if policy is None
        else {
            field.alias or name: value
            for name, field in type(policy).model_fields.items()
            if name != "mode" and (value := getattr(policy, name)) is not None
        }
    )
    if "shipment" in durations and durations["shipment"].seconds:
        raise malformed("/deadline_policy/shipment", "duration_invalid", "Ship-by is counted in whole days, like P7D.")

    def changed(store: Store) -> Store:
        calendar: dict[str, Any] = {
            name: frozenset(given[name]) for name in ("business_days", "holidays") if name in given
        }
        mode = store.policy.mode if policy is None or policy.mode is None else Mode(policy.mode)
        return replace(
            store,
            **(given | calendar),
            policy=DeadlinePolicy(mode, dict(store.policy.durations) | durations),
            fee_rates=rates.rates() if rates else store.fee_rates,
        )

    return reply(store_view(change_store(call.stored_store, changed, call.now)))
