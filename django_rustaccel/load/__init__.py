"""Load for an HTTP server, and what comes of it: the engine of ``manage.py rustaccel load``.

Knows no Django. A closed loop: each client sends its next request when it has the last answer, so
a server that stalls is asked less often meanwhile, and the percentiles are those of the requests
that were sent. They are not corrected for what is known as coordinated omission.

Clients are threads with :class:`http.client.HTTPConnection`: of the clients at hand it costs the
least processor time a request, and nothing has to be installed.
"""
