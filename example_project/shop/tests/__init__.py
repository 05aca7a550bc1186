"""The shop's own tests, by subject: ``manage.py test``, or pytest with ``pytest.ini``."""
