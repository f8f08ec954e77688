"""Rules for the table, the users and the buckets of template.yaml."""

from __future__ import annotations

from collections.abc import Iterator

from tests.template.document import (
    API,
    BUCKET,
    GONE,
    TABLE,
    Breaks,
    Document,
    at,
    listed,
    of,
    of_type,
    properties,
)


def data_is_kept(document: Document) -> Iterator[str]:
    """But for what a first deployment has created that fails: nothing is in it, and nobody would find it."""
    for kind in (TABLE, BUCKET, "AWS::Cognito::UserPool"):
        for name, body in of_type(document, kind):
            if (body.get("DeletionPolicy"), body.get("UpdateReplacePolicy")) != ("RetainExceptOnCreate", "Retain"):
                yield name


def tables_can_be_restored(document: Document) -> Iterator[str]:
    for name, table in properties(document, TABLE):
        recovery = table.get("PointInTimeRecoverySpecification", {})
        if not recovery.get("PointInTimeRecoveryEnabled") or recovery.get("RecoveryPeriodInDays") != 35:
            yield name


def tables_are_encrypted(document: Document) -> Iterator[str]:
    for name, table in properties(document, TABLE):
        if not table.get("SSESpecification", {}).get("SSEEnabled"):
            yield name


def data_are_protected_once_the_stack_is_complete(document: Document) -> Iterator[str]:
    """Protected from the start, they could not be deleted after a first deployment that fails."""
    protected = {
        "OrdersTable": ("DeletionProtectionEnabled", True, False),
        "UserPool": ("DeletionProtection", "ACTIVE", "INACTIVE"),
    }
    for name, (key, *values) in protected.items():
        if document["Resources"][name]["Properties"].get(key) != {"Fn::If": ["ProtectsData", *values]}:
            yield name
    if document["Parameters"]["ProtectData"]["Default"] != "false":
        yield "ProtectData"


def table_attributes_are_those_of_its_keys(document: Document) -> Iterator[str]:
    for name, table in properties(document, TABLE):
        schemas = [table["KeySchema"], *(index["KeySchema"] for index in table["GlobalSecondaryIndexes"])]
        keys = {key["AttributeName"] for schema in schemas for key in schema}
        defined = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
        if set(defined) != keys or set(defined.values()) != {"S"}:
            yield name


def buckets_are_private_and_encrypted(document: Document) -> Iterator[str]:
    for name, bucket in properties(document, BUCKET):
        block = bucket.get("PublicAccessBlockConfiguration", {})
        private = len(block) == 4 and all(value is True for value in block.values())
        if not private or "BucketEncryption" not in bucket:
            yield name


def buckets_have_versions_and_a_lifecycle(document: Document) -> Iterator[str]:
    for name, bucket in properties(document, BUCKET):
        rules = bucket.get("LifecycleConfiguration", {}).get("Rules", [])
        aborts = any("AbortIncompleteMultipartUpload" in rule for rule in rules)
        kinds = {"Prefix": "exports/", "TagFilters": [{"Key": "superseded", "Value": "true"}]}
        expiring = [rule for rule in rules if rule.get("ExpirationInDays") == 30]
        expires = any(rule.get(name) == value for rule in expiring for name, value in kinds.items())
        if bucket.get("VersioningConfiguration", {}).get("Status") != "Enabled" or not (aborts and expires):
            yield name


def buckets_refuse_plain_http(document: Document) -> Iterator[str]:
    guarded = set()
    for _, policy in properties(document, "AWS::S3::BucketPolicy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            condition = statement.get("Condition", {}).get("Bool", {})
            if statement["Effect"] == "Deny" and condition.get("aws:SecureTransport") == "false":
                guarded.add(policy["Bucket"]["Ref"])
    for name, _ in of_type(document, BUCKET):
        if name not in guarded:
            yield name


def links_to_files_are_short_lived(document: Document) -> Iterator[str]:
    statements = document["Resources"]["ExportsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    limits = [
        int(statement["Condition"]["NumericGreaterThan"]["s3:signatureAge"])
        for statement in statements
        if "NumericGreaterThan" in statement["Condition"]
        and (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        and "s3:GetObject" in listed(statement["Action"])
    ]
    if not limits or min(limits) > 600_000:
        yield "ExportsBucketPolicy"


def files_are_for_pages_of_the_console_alone(document: Document) -> Iterator[str]:
    """Pages that may call the API may fetch and upload files, and see what a file is called and how large it is."""
    ((_, api),) = properties(document, API)
    files = document["Resources"]["OrdersFunction"]["Properties"]["Environment"]["Variables"]["EXPORTS_BUCKET"]["Ref"]
    for name, bucket in properties(document, BUCKET):
        rules = bucket.get("CorsConfiguration", {}).get("CorsRules", [])
        for rule in rules:
            exposed = {"ETag", "Content-Disposition", "Content-Length"} <= set(rule.get("ExposedHeaders", []))
            of_the_console = rule["AllowedOrigins"] == api["CorsConfiguration"]["AllowOrigins"]
            if set(rule["AllowedMethods"]) != {"GET", "POST"} or not (of_the_console and exposed):
                yield f"{name}: {rule}"
        if name == files and not rules:
            yield f"{name}: no page can use a link"


BREAKS: Breaks = [
    (data_is_kept, at("Resources", "OrdersTable"), "DeletionPolicy", "Delete"),
    (data_is_kept, at("Resources", "UserPool"), "UpdateReplacePolicy", GONE),
    (data_is_kept, at("Resources", "ExportsBucket"), "DeletionPolicy", "Retain"),
    (tables_can_be_restored, of("OrdersTable"), "PointInTimeRecoverySpecification", GONE),
    (tables_are_encrypted, of("OrdersTable"), "SSESpecification", GONE),
    (data_are_protected_once_the_stack_is_complete, of("OrdersTable"), "DeletionProtectionEnabled", True),
    (data_are_protected_once_the_stack_is_complete, of("UserPool"), "DeletionProtection", GONE),
    (data_are_protected_once_the_stack_is_complete, at("Parameters", "ProtectData"), "Default", "true"),
    (table_attributes_are_those_of_its_keys, of("OrdersTable"), "GlobalSecondaryIndexes", []),
    (buckets_are_private_and_encrypted, of("ExportsBucket"), "PublicAccessBlockConfiguration", GONE),
    (buckets_are_private_and_encrypted, of("ExportsBucket"), "BucketEncryption", GONE),
    (buckets_have_versions_and_a_lifecycle, of("ExportsBucket"), "VersioningConfiguration", GONE),
    (buckets_have_versions_and_a_lifecycle, of("ExportsBucket"), "LifecycleConfiguration", GONE),
    (buckets_refuse_plain_http, of("ExportsBucketPolicy"), "Bucket", {"Ref": "Other"}),
    (links_to_files_are_short_lived, of("ExportsBucketPolicy", "PolicyDocument"), "Statement", []),
    (
        links_to_files_are_short_lived,
        of("ExportsBucketPolicy", "PolicyDocument", "Statement", 1),
        "Action",
        "s3:PutObject",
    ),
    (files_are_for_pages_of_the_console_alone, of("ExportsBucket"), "CorsConfiguration", GONE),
    (
        files_are_for_pages_of_the_console_alone,
        of("ExportsBucket", "CorsConfiguration", "CorsRules", 0),
        "AllowedOrigins",
        ["*"],
    ),
    (
        files_are_for_pages_of_the_console_alone,
        of("ExportsBucket", "CorsConfiguration", "CorsRules", 0),
        "AllowedOrigins",
        ["https://evil.example"],
    ),
    (
        files_are_for_pages_of_the_console_alone,
        of("ExportsBucket", "CorsConfiguration", "CorsRules", 0),
        "AllowedMethods",
        ["GET", "POST", "PUT"],
    ),
    (
        files_are_for_pages_of_the_console_alone,
        of("ExportsBucket", "CorsConfiguration", "CorsRules", 0),
        "ExposedHeaders",
        ["ETag"],
    ),
]
