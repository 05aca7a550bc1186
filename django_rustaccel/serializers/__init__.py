"""Django's own serializers with the reading and writing of JSON done natively.

``SERIALIZATION_MODULES = {"json": "django_rustaccel.serializers.json", "jsonl":
"django_rustaccel.serializers.jsonl"}`` puts them into ``dumpdata``, ``loaddata`` and
:mod:`django.core.serializers`.
"""
