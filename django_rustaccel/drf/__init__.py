"""Django REST framework, accelerated: importing anything here needs it."""

try:
    import rest_framework  # noqa: F401
except ModuleNotFoundError as error:
    from django_rustaccel.exceptions import MissingDependencyError

    message = "Django REST framework is not installed: pip install 'django-rustaccel[drf]'"
    raise MissingDependencyError(message, name=error.name) from None
