"""What a policy of one's own is made of: ``manage.py rustaccel startpolicy`` writes the first one.

A policy is written once over the facts of a request and a response. The ``PolicyMiddleware`` of
:mod:`django_rustaccel.middleware`, :mod:`~django_rustaccel.asgi` and :mod:`~django_rustaccel.wsgi`
asks it.
"""

from django_rustaccel.core.policies.facts import Answer, ChunkFilter, Policy, Request, Response
from django_rustaccel.core.policies.headers import add_vary
from django_rustaccel.core.policies.problems import problem

__all__ = ["Answer", "ChunkFilter", "Policy", "Request", "Response", "add_vary", "problem"]
