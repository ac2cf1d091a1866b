"""The shipped metrics, one file per theme. Importing this package registers them."""

from tenure.metrics.catalog import experience, revenue, service, use, value
from tenure.metrics.definition import METRICS

__all__ = ["METRICS", "experience", "revenue", "service", "use", "value"]
