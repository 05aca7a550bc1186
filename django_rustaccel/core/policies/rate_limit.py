"""The rate limit as a policy: which requests which limits concern, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django_rustaccel.core.addresses import ClientAddress
from django_rustaccel.core.limiting import Decision, Limiter
from django_rustaccel.core.policies.facts import Answer, Policy, Request, Response
from django_rustaccel.core.policies.limit_headers import (
    BODIES,
    STYLES,
    LimitHeaders,
    refusal,
)
from django_rustaccel.core.policies.limit_keys import Key, Spec, imported, make_key

#: Answers a refused call in place of the policy: takes the framework's request and the decision.
View = Callable[[Any, Decision], Answer]


class Rule:
    """One limit and the requests that it concerns.

    Parameters: `limiter`, `key`, `headers` and `cost` (a number, or a callable that takes the
    framework's request); `paths` are prefixes and `methods` names of those concerned; without them,
    all are.
    """

    def __init__(
        self,
        limiter: Limiter,
        key: Key,
        headers: LimitHeaders,
        *,
        cost: int | str | Callable[[Any], int] = 1,
        paths: Iterable[str] = (),
        methods: Iterable[str] = (),
    ) -> None:
        self.limiter = limiter
        self.key = key
        self.cost: Any = imported(cost) if isinstance(cost, str) else cost
        self.paths = tuple(paths)
        self.methods = frozenset(method.upper() for method in methods)
        self.headers = headers

    def call(self, request: Request) -> tuple[str, int] | None:
        """The key and the cost of a request; ``None`` for one that the rule does not concern."""
        if self.paths and not request.path.startswith(self.paths):
            return None
        if self.methods and request.method not in self.methods:
            return None
        key = self.key.resolve(request)
        if key is None:
            return None
        return key, self.cost(request.native) if callable(self.cost) else self.cost


#: What a rule said of a request; of all that did, what binds the most is kept with the request.
Said = tuple[Rule, Decision]


class RateLimitPolicy(Policy):
    """Refuses requests beyond their rates, and tells every response how much is left.

    Parameters: `rate`, `key`, `cost`, `paths`, `methods` and `scope` of one rule, or `rules`, a
    list of such mappings. What they share: `storage`, `algorithm`, `on_storage_error`,
    `trusted_proxies` and `ipv6_prefix` (see ``ClientAddress``), `headers` (of ``"draft"`` and
    ``"legacy"``), `body` (``"problem"`` or ``"plain"``), and `view` to answer instead. Rules are
    asked in turn until one refuses; rules of one `scope`, rate and key count together where they
    share a storage. Raises ``ValueError``.
    """

    def __init__(self, *, rules: Iterable[Mapping[str, Any]] | None = None, **options: Any) -> None:
        shared = Shared(**self.shared_options(options))
        options = {name: value for name, value in options.items() if name not in SHARED}
        self.view = shared.view
        self.body = shared.body
        own = [options] if options else []
        self.rules = [shared.rule(at, **rule) for at, rule in enumerate([*own, *(rules or ())])]
        self.needs_user = any(rule.key.needs_user for rule in self.rules)

    @staticmethod
    def shared_options(options: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the options that all rules share."""
        return {name: options[name] for name in SHARED if name in options}

    def on_request(self, request: Request) -> Answer | None:
        """Count the request."""
        for rule in self.rules:
            call = rule.call(request)
            if call is not None and not self._note(request, rule, rule.limiter.hit(*call)):
                return self.refuse(request)
        return None

    async def aon_request(self, request: Request) -> Answer | None:
        """Count the request; a storage at the other end of a network is awaited."""
        for rule in self.rules:
            call = rule.call(request)
            if call is not None and not self._note(request, rule, await rule.limiter.ahit(*call)):
                return self.refuse(request)
        return None

    def on_response(self, request: Request, response: Response) -> None:
        """Tell how much is left, unless the view has told of a limit of its own."""
        said: Said | None = request.kept
        if said is not None:
            rule, decision = said
            rule.headers.add(response.headers, decision)

    def refuse(self, request: Request) -> Answer:
        """The answer to a request that may not pass."""
        rule, decision = request.kept
        if self.view is None:
            answer = refusal(decision, rule.limiter.rates, self.body)
        else:
            answer = self.view(request.native, decision)
        told = rule.headers.of(decision)
        return answer._replace(headers=[*answer.headers, *told])

    def _note(self, request: Request, rule: Rule, decision: Decision) -> bool:
        kept: Said | None = request.kept
        if kept is None or _binds(decision) < _binds(kept[1]):
            request.kept = rule, decision
        return decision.allowed


def _binds(decision: Decision) -> tuple[bool, float, int]:
    """The smaller, the more it binds."""
    return decision.allowed, -decision.retry_after, decision.remaining


SHARED = (
    "storage",
    "algorithm",
    "on_storage_error",
    "trusted_proxies",
    "ipv6_prefix",
    "headers",
    "body",
    "view",
)


class Shared:
    """What the rules of a policy have in common; parameters as in :class:`RateLimitPolicy`."""

    def __init__(
        self,
        *,
        storage: str = "local://",
        algorithm: str = "gcra",
        on_storage_error: str = "open",
        trusted_proxies: Iterable[str] = (),
        ipv6_prefix: int = 64,
        headers: Iterable[str] = ("draft",),
        body: str = "problem",
        view: View | str | None = None,
    ) -> None:
        self.storage = storage
        self.algorithm = algorithm
        self.on_storage_error = on_storage_error
        self.addresses = ClientAddress(trusted_proxies, ipv6_prefix)
        self.styles = tuple(headers)
        self.body = body
        self.view: View | None = imported(view) if isinstance(view, str) else view
        if body not in BODIES or not set(self.styles) <= set(STYLES):
            raise ValueError(f"headers are of {STYLES}, and the body is one of {BODIES}")

    def rule(
        self,
        number: int,
        *,
        rate: str | Iterable[str],
        key: Spec = "user_or_ip",
        scope: str | None = None,
        algorithm: str | None = None,
        burst: int | None = None,
        **which: Any,
    ) -> Rule:
        """One rule; without a `scope` it counts for itself, by its number."""
        limiter = Limiter(
            rate,
            self.storage,
            algorithm or self.algorithm,
            f"rule {number}" if scope is None else scope,
            burst=burst,
            on_storage_error=self.on_storage_error,
        )
        told = LimitHeaders(limiter.rates, self.styles)
        return Rule(limiter, make_key(key, self.addresses), told, **which)
