"""django-rustaccel: the same bytes, the same errors, the same queries, many times faster."""
