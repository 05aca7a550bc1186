"""The shop's API: views of Django REST framework, and beside them a few that need none of it."""
