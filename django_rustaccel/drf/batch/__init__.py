"""Many calls of an API in one HTTP request::

    path("batch/", BatchView.as_view())

Needs the extra ``drf``, and ``django_rustaccel`` among ``INSTALLED_APPS``.
"""

from django_rustaccel.drf.batch.views import AsyncBatchView, BatchView

__all__ = ["AsyncBatchView", "BatchView"]
