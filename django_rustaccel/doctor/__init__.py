"""What ``manage.py rustaccel doctor`` finds out about a project."""
