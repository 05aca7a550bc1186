"""What the URLs of one hyperlinked field have in common.

Stock reverses the name of the view for every object. Within one call nothing of that differs but
the value in the URL, so that a URL which stock made, and the pattern that Django's resolver holds
for the name, tell all others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import get_resolver, get_script_prefix, get_urlconf
from django.urls.converters import IntConverter, StringConverter, UUIDConverter
from django.urls.resolvers import URLResolver, get_ns_resolver
from django.utils.http import RFC3986_SUBDELIMS, escape_leading_slashes
from rest_framework import versioning
from rest_framework.reverse import reverse

from django_rustaccel.core.origin import belongs_to, describe_override, overridden

#: What stands around a value in the URL, which values the pattern takes, and the whole pattern
#: with what stands around a value there.
Template = tuple[str, str, str, tuple[Callable[[str], Any], str, str]]

Arguments = Mapping[str, Any]

#: Parameters of patterns, and which plain values (letters, digits, `-`, `_`) they take.
_TAKES = {
    "[0-9]+": "digits",
    r"\d+": "digits",
    "[^/]+": "plain",
    "[^/.]+": "plain",
    ".+": "plain",
    "[-a-zA-Z0-9_]+": "plain",
    r"[-\w]+": "plain",
    r"[\w-]+": "plain",
    UUIDConverter.regex: "uuid",
}

#: Converters that spell a value as ``str`` does.
_AS_TEXT = {IntConverter.to_url, StringConverter.to_url, UUIDConverter.to_url}

#: What may be a request's method and still be Django's.
_BUILD = HttpRequest.build_absolute_uri
_STOCK_ADDRESSES = {_BUILD} if belongs_to(_BUILD, "django") else set()

#: Stands for the value; no URL configuration has it.
_VALUE = "\ue000"


def link_override(field: Any, stock: type) -> str:
    """Why a hyperlinked field has to make each URL itself; empty when it need not."""
    if overridden(field, "get_url", stock):
        return describe_override(field, "get_url")
    return "" if field.reverse is reverse else describe_override(field, "reverse")


def url_template(field: Any, text: str, url: str) -> Template | None:
    """What all URLs of a field in this call share, given one value as text and its URL.

    ``None`` where the next URL may be made in another way.
    """
    request = field.context.get("request")
    if not _is_stock(request):
        return None
    for view_name, arguments in _lookups(field, request):
        found = _first_pattern(view_name, arguments, field.lookup_url_kwarg)
        if found is not None:
            return _around(found, text, url)
    return None


def _is_stock(request: Any) -> bool:
    """Whether a request, and its versioning scheme, do to a URL what Django and DRF do."""
    if request is None:
        return True
    scheme = getattr(request, "versioning_scheme", None)
    if scheme is not None and _scheme_of(scheme) is None:
        return False
    return has_stock_address(request)


def has_stock_address(request: Any) -> bool:
    """Whether a request, if there is one, makes URLs absolute as Django's does."""
    method = getattr(request, "build_absolute_uri", None)
    return request is None or getattr(method, "__func__", None) in _STOCK_ADDRESSES


def _scheme_of(scheme: Any) -> type | None:
    """The versioning class of DRF whose ``reverse`` a scheme has."""
    schemes = (
        versioning.BaseVersioning,
        versioning.URLPathVersioning,
        versioning.NamespaceVersioning,
        versioning.QueryParameterVersioning,
    )
    if "reverse" in vars(scheme):
        return None
    return next((cls for cls in schemes if type(scheme).reverse is cls.reverse), None)


def _lookups(field: Any, request: Any) -> Iterator[tuple[str, Arguments]]:
    """The view names and further arguments that are reversed, in the order they are tried in."""
    suffix = field.context.get("format")
    if suffix and field.format and field.format != suffix:
        suffix = field.format
    plain: Arguments = {} if suffix is None else {"format": suffix}
    scheme = getattr(request, "versioning_scheme", None)
    if scheme is not None and request.version is not None:
        cls = _scheme_of(scheme)
        if cls is versioning.URLPathVersioning:
            yield field.view_name, {scheme.version_param: request.version, **plain}
        elif cls is versioning.NamespaceVersioning:
            yield scheme.get_versioned_viewname(field.view_name, request), plain
    yield field.view_name, plain


class _Pattern(NamedTuple):
    """A pattern of a name: the decoded path around the value, and the expression it must match."""

    before: str
    after: str
    parameter: str
    expression: str


def _first_pattern(view_name: str, arguments: Arguments, parameter: str) -> _Pattern | None:
    """The pattern that Django tries first for these arguments.

    Raises nothing: a name that is unknown has no pattern.
    """
    found = _resolver_of(view_name)
    if found is None or parameter in arguments:
        return None
    resolver, name = found
    names = {parameter, *arguments}
    for possibilities, expression, defaults, converters in resolver.reverse_dict.getlist(name):
        for path, parameters in possibilities:
            if not names.symmetric_difference(parameters).difference(defaults):
                if (
                    parameter in defaults
                    or parameter not in parameters
                    or not _fits(arguments, defaults, parameters)
                ):
                    return None
                return _filled(path, expression, parameter, arguments, converters)
    return None


def _fits(arguments: Arguments, defaults: Arguments, parameters: list[str]) -> bool:
    """Whether no argument contradicts a default of the pattern."""
    return all(
        name in parameters or arguments.get(name, value) == value
        for name, value in defaults.items()
    )


def _filled(
    path: str, expression: str, parameter: str, arguments: Arguments, converters: Any
) -> _Pattern | None:
    """The pattern with all arguments in their places but one."""
    converter = converters.get(parameter)
    if converter is not None and type(converter).to_url not in _AS_TEXT:
        return None
    try:
        texts = {
            name: converters[name].to_url(value) if name in converters else str(value)
            for name, value in arguments.items()
        }
    except ValueError:
        return None
    prefix = get_script_prefix()
    around = (prefix.replace("%", "%%") + path) % {**texts, parameter: _VALUE}
    if around.count(_VALUE) != 1:
        return None
    before, after = around.split(_VALUE)
    return _Pattern(before, after, parameter, f"^{re.escape(prefix)}{expression}")


def _resolver_of(view_name: Any) -> tuple[Any, str] | None:
    """The resolver that holds a view's name, and the name without its namespaces."""
    if not isinstance(view_name, str):
        return None
    resolver: Any = get_resolver(get_urlconf())
    *namespaces, name = view_name.split(":")
    pattern, converters = "", {}
    for namespace in namespaces:
        instances = resolver.app_dict.get(namespace, (namespace,))
        instance = namespace if namespace in instances else instances[0]
        if instance not in resolver.namespace_dict:
            return None
        prefix, resolver = resolver.namespace_dict[instance]
        pattern += prefix
        converters.update(resolver.pattern.converters)
    if pattern:
        resolver = get_ns_resolver(pattern, resolver, tuple(converters.items()))
    return None if overridden(resolver, "_reverse_with_prefix", URLResolver) else (resolver, name)


def _around(pattern: _Pattern, text: str, url: str) -> Template | None:
    """What stands around the path of one URL stands around all: the host, and query parameters."""
    path = escape_leading_slashes(_quoted(f"{pattern.before}{text}{pattern.after}"))
    found = url.split(path)
    if len(found) != 2 or _has_dots(pattern):
        return None
    host, query = found
    before = host + escape_leading_slashes(f"{_quoted(pattern.before)}{_VALUE}")[: -len(_VALUE)]
    after = _quoted(pattern.after) + query
    if f"{before}{text}{after}" != url:
        return None
    search = re.compile(pattern.expression).search
    return before, after, _taken(pattern), (search, pattern.before, pattern.after)


def _quoted(path: str) -> str:
    return quote(path, safe=f"{RFC3986_SUBDELIMS}/~:@")


def _has_dots(pattern: _Pattern) -> bool:
    """Whether joining a path to the address of a request may leave segments out."""
    return any(f"/{dots}/" in f"{pattern.before}x{pattern.after}/" for dots in (".", ".."))


def _taken(pattern: _Pattern) -> str:
    """Which plain values match the expression: all of a sort, or those it is asked about."""
    start, _, rest = pattern.expression.partition(f"(?P<{pattern.parameter}>")
    for parameter, values in _TAKES.items():
        if rest.startswith(f"{parameter})"):
            end = rest[len(parameter) + 1 :]
            for anchor in ("$", r"\Z", r"\z"):
                if end.endswith(anchor) and _spells(end[: -len(anchor)], pattern.after):
                    return values if _spells(start[1:], pattern.before) else "some"
    return "some"


def _spells(expression: str, text: str) -> bool:
    """Whether an expression has no meaning but the text itself."""
    unescaped = re.sub(r"\\([^0-9A-Za-z])", "", expression)
    plain = re.sub(r"\\([^0-9A-Za-z])", r"\1", expression)
    return plain == text and not re.search(r"[.^$*+?{}\[\]\\|()]", unescaped)
