"""The headers of the console's pages: those of the template's CloudFront policy, for the addresses of the local run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from local.gateway.http_api import Headers
from local.template import Template, TemplateError

POLICY = "ConsoleHeaders"
_SAME_ORIGIN = (
    "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}",
    "https://${SignInDomain}.auth.${AWS::Region}.amazoncognito.com",
    "https://${ExportsBucket.RegionalDomainName}",
)
"""What the front itself serves in the local run."""


def page_headers(template: Template) -> Headers:
    """Strict-Transport-Security is for https alone, so it is left out. Raises TemplateError for an address that the
    local run does not know."""
    resource = template.resources("AWS::CloudFront::ResponseHeadersPolicy")[POLICY]["Properties"]
    policy: Mapping[str, Any] = resource["ResponseHeadersPolicyConfig"]
    security = policy["SecurityHeadersConfig"]
    content = content_security_policy(security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"])
    return [
        ("content-security-policy", content),
        ("referrer-policy", security["ReferrerPolicy"]["ReferrerPolicy"]),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", security["FrameOptions"]["FrameOption"]),
        *((item["Header"], item["Value"]) for item in policy["CustomHeadersConfig"]["Items"]),
    ]


def content_security_policy(text: str) -> str:
    for address in _SAME_ORIGIN:
        text = text.replace(f" {address}", "")
    if unknown := re.search(r"\$\{[^}]*\}", text):
        raise TemplateError(f"template.yaml: the local run does not know {unknown[0]} of {POLICY}")
    return text
