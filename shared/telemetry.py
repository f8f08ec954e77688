"""Logger and metrics, configured once by the environment (POWERTOOLS_*). No buyer's data, no token, no body."""

from __future__ import annotations

import warnings

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
# Named here and not by the environment: whoever imports this first would decide, and a hundredth value without a
# namespace raises in the middle of a request.
metrics = Metrics(namespace="Orderkeep")

# Most invocations have nothing to count beyond what API Gateway and Lambda count themselves.
warnings.filterwarnings("ignore", "No application metrics to publish")
