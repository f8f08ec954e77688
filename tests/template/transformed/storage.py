"""Rules for what the transformed template keeps, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

from tests.template.document import (
    BUCKET,
    GONE,
    ROLE,
    TABLE,
    Breaks,
    Document,
    Place,
    at,
    of,
    properties,
    resource,
    statement,
    statements,
)

DATA = ("AWS::Cognito::UserPool", TABLE, "AWS::KMS::Key", BUCKET)


def data_outlive_the_stack_but_for_a_first_deployment_that_fails(document: Document) -> Iterator[str]:
    for name, body in document["Resources"].items():
        policies = (body.get("DeletionPolicy"), body.get("UpdateReplacePolicy"))
        if body["Type"] in DATA and policies != ("RetainExceptOnCreate", "Retain"):
            yield name


def pages_of_the_console_may_use_files(document: Document) -> Iterator[str]:
    """SAM has put the value of the parameter into the API's definition."""
    origins = resource(document, "Api")["Body"]["x-amazon-apigateway-cors"]["allowOrigins"]
    (cors,) = resource(document, "ExportsBucket").get("CorsConfiguration", {}).get("CorsRules") or [{}]
    if cors.get("AllowedOrigins") != [{"Ref": "ConsoleOrigin"}]:
        yield f"{cors}"
    if origins != [document["Parameters"]["ConsoleOrigin"]["Default"]]:
        yield f"{origins}"


def lifecycle(document: Document) -> dict[str, Document]:
    """The rule of each prefix of the bucket for files."""
    rules = resource(document, "ExportsBucket")["LifecycleConfiguration"]["Rules"]
    return {each["Prefix"]: each for each in rules if "Prefix" in each}


def erasures_are_listed_longer_than_a_backup_goes_back(document: Document) -> Iterator[str]:
    days = resource(document, "OrdersTable")["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"]
    listed = lifecycle(document).get("erasures/", {}).get("ExpirationInDays")
    if listed is None or not days < listed <= days + 7:
        yield f"{listed} days"


def evidence_is_kept_and_uploads_are_not(document: Document) -> Iterator[str]:
    """A step that is refused deletes the version that it has copied."""
    if any("evidence/".startswith(prefix) for prefix in lifecycle(document)):
        yield "evidence expires"
    if lifecycle(document).get("uploads/", {}).get("ExpirationInDays") != 1:
        yield "uploads stay"
    deletes = {
        name
        for name, role in properties(document, ROLE)
        for each in statements(role)
        if "s3:DeleteObjectVersion" in each["Action"] and "evidence/" in str(each["Resource"])
    }
    yield from deletes ^ {"OrdersRole", "ErasuresRole"}


def rule(prefix: str) -> Place:
    return lambda document: lifecycle(document)[prefix]


BREAKS: Breaks = [
    (
        data_outlive_the_stack_but_for_a_first_deployment_that_fails,
        at("Resources", "OrdersTable"),
        "DeletionPolicy",
        "Retain",
    ),
    (
        data_outlive_the_stack_but_for_a_first_deployment_that_fails,
        at("Resources", "UserPool"),
        "DeletionPolicy",
        "Delete",
    ),
    (
        data_outlive_the_stack_but_for_a_first_deployment_that_fails,
        at("Resources", "ExportsBucket"),
        "UpdateReplacePolicy",
        GONE,
    ),
    (
        data_outlive_the_stack_but_for_a_first_deployment_that_fails,
        at("Resources", "SecretsKey"),
        "DeletionPolicy",
        GONE,
    ),
    (pages_of_the_console_may_use_files, of("ExportsBucket"), "CorsConfiguration", GONE),
    (
        pages_of_the_console_may_use_files,
        of("ExportsBucket", "CorsConfiguration", "CorsRules", 0),
        "AllowedOrigins",
        ["*"],
    ),
    (erasures_are_listed_longer_than_a_backup_goes_back, rule("erasures/"), "ExpirationInDays", 30),
    (erasures_are_listed_longer_than_a_backup_goes_back, rule("erasures/"), "Prefix", "erased/"),
    (evidence_is_kept_and_uploads_are_not, rule("erasures/"), "Prefix", "ev"),
    (evidence_is_kept_and_uploads_are_not, rule("uploads/"), "ExpirationInDays", GONE),
    (evidence_is_kept_and_uploads_are_not, statement("OrdersRole", "s3:DeleteObjectVersion"), "Action", []),
]
