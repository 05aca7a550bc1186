"""The page at the root of the site, and what it asks for."""

from django.urls import URLPattern, path

from django_rustaccel.exceptions import MissingDependencyError
from showcase import views

urlpatterns: list[URLPattern] = [
    path("", views.page, name="showcase"),
    path("compare/", views.compare, name="showcase-compare"),
    path("storm/", views.storm, name="showcase-storm"),
    path("gauges/", views.gauges, name="showcase-gauges"),
]
try:
    from django_rustaccel.metrics import metrics_view
except MissingDependencyError:
    pass  # the page says so
else:
    urlpatterns.append(path("metrics/", metrics_view, name="metrics"))
