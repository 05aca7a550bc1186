"""The page at the root of the site, and what it asks for."""

from django.urls import path

from showcase import views

urlpatterns = [
    path("", views.page, name="showcase"),
    path("compare/", views.compare, name="showcase-compare"),
    path("storm/", views.storm, name="showcase-storm"),
    path("gauges/", views.gauges, name="showcase-gauges"),
]
