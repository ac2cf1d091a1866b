"""The shipped metrics, one file per theme. Importing this package registers them."""

from tenure.metrics.catalog import experience, revenue, use
from tenure.metrics.definition import METRICS

__all__ = ["METRICS", "experience", "revenue", "use"]
