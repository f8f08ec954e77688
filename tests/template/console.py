"""Rules of template.yaml for the console's pages and their sign-in."""

from __future__ import annotations

from collections.abc import Iterator

from local.template import Template
from tests.template.document import GONE, Breaks, Document, at, of, properties, resource, written

KEYWORDS = {"'none'", "'self'"}
SOURCES = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'", "'unsafe-inline'"},
    "font-src": {"'self'"},
    "object-src": {"'none'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
}
"""What the policy says of these, to the letter. Ant Design writes its styles into the page."""
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
METHODS = {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
CONFIG = ("ConsoleDistribution", "DistributionConfig")
DISTRIBUTION, BEHAVIOUR, DEFAULT = of(*CONFIG), of(*CONFIG, "CacheBehaviors", 0), of(*CONFIG, "DefaultCacheBehavior")
HEADERS = ("ConsoleHeaders", "ResponseHeadersPolicyConfig", "SecurityHeadersConfig")
SECURITY, POLICY = of(*HEADERS), of(*HEADERS, "ContentSecurityPolicy", "ContentSecurityPolicy")
ALLOWED = of("ConsoleBucketPolicy", "PolicyDocument", "Statement", 1)
TEXT: str = POLICY(written())["Fn::Sub"]


def directives(document: Document) -> dict[str, set[str]]:
    parts = [part.split() for part in POLICY(document)["Fn::Sub"].split(";")]
    return {name: set(sources) for name, *sources in parts}


def only_the_distribution_reads_the_bucket(document: Document) -> Iterator[str]:
    for statement in resource(document, "ConsoleBucketPolicy")["PolicyDocument"]["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        source = statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceArn", {}).get("Fn::Sub", "")
        named = statement["Principal"] == {"Service": "cloudfront.amazonaws.com"} and "${ConsoleDistribution}" in source
        if not named or statement["Action"] != "s3:GetObject":
            yield statement["Sid"]


def requests_to_the_bucket_are_signed(document: Document) -> Iterator[str]:
    access = resource(document, "ConsoleAccess")["OriginAccessControlConfig"]
    if (access["SigningBehavior"], access["SigningProtocol"]) != ("always", "sigv4"):
        yield "ConsoleAccess"
    for origin in DISTRIBUTION(document)["Origins"]:
        controlled = origin.get("OriginAccessControlId") == {"Fn::GetAtt": ["ConsoleAccess", "Id"]}
        if "S3OriginConfig" in origin and not controlled:
            yield origin["Id"]


def pages_run_their_own_scripts_alone(document: Document) -> Iterator[str]:
    policy = directives(document)
    for name, sources in SOURCES.items():
        if policy.get(name) != sources:
            yield f"{name}: {policy.get(name)}"
    for name in policy.keys() - SOURCES.keys():
        # Images of products come from any host; everything else is ours, and named.
        open_to = {"data:", "blob:", "https:"} if name == "img-src" else set()
        named = {source for source in policy[name] if source.startswith("https://") and "*" not in source}
        if policy[name] - named - open_to - KEYWORDS:
            yield f"{name}: {policy[name]}"


def pages_may_reach_the_sign_in_and_the_files(document: Document) -> Iterator[str]:
    reached = " ".join(directives(document).get("connect-src", ()))
    for address in ("'self'", "${ExportsBucket.RegionalDomainName}", "cognito-idp.", "${SignInDomain}.auth."):
        if address not in reached:
            yield address
    if not any("${ExportsBucket" in source for source in directives(document).get("form-action", ())):
        yield "form-action"


def every_page_has_the_headers(document: Document) -> Iterator[str]:
    if DEFAULT(document).get("ResponseHeadersPolicyId") != {"Ref": "ConsoleHeaders"}:
        yield "the pages have no policy"
    security = SECURITY(document)
    for name in ("ContentSecurityPolicy", "ContentTypeOptions", "FrameOptions", "ReferrerPolicy"):
        if not security.get(name, {}).get("Override"):
            yield name
    if security.get("StrictTransportSecurity", {}).get("AccessControlMaxAgeSec", 0) < 31_536_000:
        yield "StrictTransportSecurity"


def everything_goes_over_tls(document: Document) -> Iterator[str]:
    config = DISTRIBUTION(document)
    for behaviour in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        if behaviour["ViewerProtocolPolicy"] not in ("https-only", "redirect-to-https"):
            yield behaviour["TargetOriginId"]
    for origin in config["Origins"]:
        if origin.get("CustomOriginConfig", {}).get("OriginProtocolPolicy", "https-only") != "https-only":
            yield origin["Id"]


def the_api_gets_every_request_as_it_came(document: Document) -> Iterator[str]:
    (behaviour,) = DISTRIBUTION(document)["CacheBehaviors"]
    if (behaviour["PathPattern"], behaviour["TargetOriginId"]) != ("/v1/*", "api"):
        yield "the API is not at /v1"
    if behaviour["CachePolicyId"] != CACHING_DISABLED:
        yield "an answer of the API is kept, for somebody else"
    if behaviour.get("OriginRequestPolicyId") != ALL_BUT_HOST:  # with the Host, API Gateway does not know the request
        yield "the API gets no token"
    if set(behaviour["AllowedMethods"]) != METHODS or "FunctionAssociations" in behaviour:
        yield "the API does not get what was sent"


def no_error_of_the_api_becomes_a_page(document: Document) -> Iterator[str]:
    if "CustomErrorResponses" in DISTRIBUTION(document):
        yield "a custom error response is for every path, so 403 and 404 of the API would become pages"


def pages_are_cached_by_their_own_headers(document: Document) -> Iterator[str]:
    if DEFAULT(document).get("CachePolicyId") != CACHING_OPTIMIZED:
        yield "CachePolicyId"


def superseded_assets_stay_for_thirty_days(document: Document) -> Iterator[str]:
    for rule in resource(document, "ConsoleBucket")["LifecycleConfiguration"]["Rules"]:
        expires = rule.get("ExpirationInDays")
        if expires and (expires < 30 or rule.get("TagFilters") != [{"Key": "superseded", "Value": "true"}]):
            yield rule["Id"]


def the_console_signs_in_by_code_and_keeps_no_secret(document: Document) -> Iterator[str]:
    client = resource(document, "ConsoleClient")
    if client.get("GenerateSecret") is not False:
        yield "a secret in a page is none"
    if client.get("AllowedOAuthFlows") != ["code"] or client.get("AllowedOAuthFlowsUserPoolClient") is not True:
        yield f"flows: {client.get('AllowedOAuthFlows')}"
    if client.get("AllowedOAuthScopes") != ["openid"]:
        yield f"scopes: {client.get('AllowedOAuthScopes')}"
    if set(client.get("ExplicitAuthFlows", [])) != {"ALLOW_USER_SRP_AUTH"}:
        yield f"flows without the managed login: {client.get('ExplicitAuthFlows')}"


def a_session_of_the_console_can_be_ended(document: Document) -> Iterator[str]:
    client = resource(document, "ConsoleClient")
    if not client.get("EnableTokenRevocation"):
        yield "EnableTokenRevocation"
    if client.get("PreventUserExistenceErrors") != "ENABLED":
        yield "PreventUserExistenceErrors"
    if client.get("RefreshTokenRotation", {}).get("Feature") != "ENABLED":
        yield "RefreshTokenRotation"
    units = client["TokenValidityUnits"]
    lifetimes = (
        (units["AccessToken"], client["AccessTokenValidity"]),
        (units["RefreshToken"], client["RefreshTokenValidity"]),
    )
    if lifetimes != (("minutes", 60), ("days", 1)):
        yield f"{lifetimes}"


def the_answer_of_a_sign_in_goes_to_the_console_alone(document: Document) -> Iterator[str]:
    client = resource(document, "ConsoleClient")
    for name, path in (("CallbackURLs", "/signed-in"), ("LogoutURLs", "/")):
        own = {"Fn::If": ["HasConsoleUrl", {"Fn::Sub": "${ConsoleUrl}" + path}, f"http://localhost:3000{path}"]}
        if client.get(name) != [own]:
            yield name


def the_api_takes_the_consoles_tokens(document: Document) -> Iterator[str]:
    template = Template(document)
    if "orderkeep-console-client" not in template.audience:
        yield f"audience: {template.audience}"
    for name, function in template.functions.items():
        if set(function.environment["TOKEN_CLIENT_IDS"].split(",")) != set(template.audience):
            yield name


def the_managed_login_has_a_look(document: Document) -> Iterator[str]:
    """Version 2 shows an error for a client without a branding."""
    branded = [each["ClientId"] for _, each in properties(document, "AWS::Cognito::ManagedLoginBranding")]
    if resource(document, "SignInDomain")["ManagedLoginVersion"] == 2 and {"Ref": "ConsoleClient"} not in branded:
        yield "ConsoleClient"


def changed(before: str, after: str) -> str:
    assert before in TEXT
    return TEXT.replace(before, after)


BREAKS: Breaks = [
    (only_the_distribution_reads_the_bucket, ALLOWED, "Principal", "*"),
    (only_the_distribution_reads_the_bucket, ALLOWED, "Condition", GONE),
    (only_the_distribution_reads_the_bucket, ALLOWED, "Action", ["s3:GetObject", "s3:ListBucket"]),
    (requests_to_the_bucket_are_signed, of(*CONFIG, "Origins", 0), "OriginAccessControlId", GONE),
    (requests_to_the_bucket_are_signed, of("ConsoleAccess", "OriginAccessControlConfig"), "SigningBehavior", "never"),
    *(
        (pages_run_their_own_scripts_alone, POLICY, "Fn::Sub", changed(before, after))
        for before, after in (
            ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
            ("script-src 'self'", "script-src 'self' 'unsafe-eval'"),
            ("script-src 'self'", "script-src 'self' https://cdn.example"),
            ("script-src 'self'; ", ""),
            ("default-src 'none'", "default-src 'self'"),
            ("object-src 'none'; ", ""),
            ("base-uri 'none'; ", ""),
            ("frame-ancestors 'none'", "frame-ancestors 'self'"),
            ("connect-src 'self'", "connect-src 'self' https:"),
            ("connect-src 'self'", "connect-src 'self' *"),
            ("connect-src 'self'", "connect-src 'self' https://*.amazonaws.com"),
            ("form-action 'self'", "form-action *"),
            ("img-src 'self'", "img-src 'self' http:"),
        )
    ),
    (pages_may_reach_the_sign_in_and_the_files, POLICY, "Fn::Sub", changed("${SignInDomain}.auth", "other.auth")),
    (pages_may_reach_the_sign_in_and_the_files, POLICY, "Fn::Sub", changed("ExportsBucket", "OtherBucket")),
    (every_page_has_the_headers, DEFAULT, "ResponseHeadersPolicyId", GONE),
    (every_page_has_the_headers, SECURITY, "FrameOptions", GONE),
    (every_page_has_the_headers, SECURITY, "StrictTransportSecurity", {"AccessControlMaxAgeSec": 60, "Override": True}),
    (everything_goes_over_tls, BEHAVIOUR, "ViewerProtocolPolicy", "allow-all"),
    (everything_goes_over_tls, of(*CONFIG, "Origins", 1, "CustomOriginConfig"), "OriginProtocolPolicy", "match-viewer"),
    (the_api_gets_every_request_as_it_came, BEHAVIOUR, "CachePolicyId", CACHING_OPTIMIZED),
    (the_api_gets_every_request_as_it_came, BEHAVIOUR, "OriginRequestPolicyId", GONE),
    (the_api_gets_every_request_as_it_came, BEHAVIOUR, "AllowedMethods", ["GET", "HEAD"]),
    (the_api_gets_every_request_as_it_came, BEHAVIOUR, "PathPattern", "/api/*"),
    (no_error_of_the_api_becomes_a_page, DISTRIBUTION, "CustomErrorResponses", [{"ErrorCode": 404}]),
    (pages_are_cached_by_their_own_headers, DEFAULT, "CachePolicyId", CACHING_DISABLED),
    (
        superseded_assets_stay_for_thirty_days,
        of("ConsoleBucket", "LifecycleConfiguration", "Rules", 0),
        "ExpirationInDays",
        1,
    ),
    (
        superseded_assets_stay_for_thirty_days,
        of("ConsoleBucket", "LifecycleConfiguration", "Rules", 0),
        "TagFilters",
        GONE,
    ),
    (the_console_signs_in_by_code_and_keeps_no_secret, of("ConsoleClient"), "GenerateSecret", True),
    (the_console_signs_in_by_code_and_keeps_no_secret, of("ConsoleClient"), "AllowedOAuthFlows", ["code", "implicit"]),
    (
        the_console_signs_in_by_code_and_keeps_no_secret,
        of("ConsoleClient"),
        "ExplicitAuthFlows",
        ["ALLOW_USER_PASSWORD_AUTH"],
    ),
    (the_console_signs_in_by_code_and_keeps_no_secret, of("ConsoleClient"), "AllowedOAuthScopes", ["openid", "email"]),
    (a_session_of_the_console_can_be_ended, of("ConsoleClient"), "EnableTokenRevocation", GONE),
    (a_session_of_the_console_can_be_ended, of("ConsoleClient"), "PreventUserExistenceErrors", "LEGACY"),
    (a_session_of_the_console_can_be_ended, of("ConsoleClient"), "RefreshTokenRotation", GONE),
    (a_session_of_the_console_can_be_ended, of("ConsoleClient"), "RefreshTokenValidity", 30),
    (the_answer_of_a_sign_in_goes_to_the_console_alone, of("ConsoleClient"), "CallbackURLs", ["https://evil.example/"]),
    (the_answer_of_a_sign_in_goes_to_the_console_alone, of("ConsoleClient"), "LogoutURLs", GONE),
    (
        the_api_takes_the_consoles_tokens,
        at("Globals", "Function", "Environment", "Variables"),
        "TOKEN_CLIENT_IDS",
        {"Ref": "UserPoolClient"},
    ),
    (the_managed_login_has_a_look, at("Resources"), "SignInBranding", GONE),
]
