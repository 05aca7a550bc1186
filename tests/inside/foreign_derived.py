"""The same by inheritance: this module knows no encoder."""

from inside.foreign import FastRenderer


class DerivedRenderer(FastRenderer):
    pass
