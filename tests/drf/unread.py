"""Request bodies whose rows are made when somebody looks at them."""

import io
import json
from typing import Any

from django_rustaccel.core.bodies import UnreadRow, UnreadRows
from django_rustaccel.drf.parsers import JSONParser

ROW = '{"name": "é", "n": 1, "deep": {"list": [1.5, null, {"x": true}]}, "name": "twice"}'
PLAIN = json.loads(ROW)


def parsed(body: str, cls: type = JSONParser) -> Any:
    return cls().parse(io.BytesIO(body.encode()))


def unread(body: str = ROW) -> Any:
    row = parsed(body)
    assert type(row) in (UnreadRow, UnreadRows)
    return row
