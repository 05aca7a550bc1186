"""A part that is answered without being sent."""

from __future__ import annotations


class RefusedError(Exception):
    """Why a part is not sent: the status and the ``detail`` of its answer."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
