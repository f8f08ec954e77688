"""Logger, metrics and tracer, configured once by the environment (POWERTOOLS_*). No buyer's data, no token, no body."""

from __future__ import annotations

from aws_lambda_powertools import Logger, Metrics, Tracer

logger = Logger()
metrics = Metrics()
tracer = Tracer()
