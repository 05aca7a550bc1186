"""Many calls of an API in one HTTP request.

path("batch/", BatchView.as_view())
"""

from django_rustaccel.drf.batch.views import AsyncBatchView, BatchView

__all__ = ["AsyncBatchView", "BatchView"]
