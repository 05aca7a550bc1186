"""The models, serializers and views the tests and benchmarks share."""
