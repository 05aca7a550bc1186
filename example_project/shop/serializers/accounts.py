"""Customers, who are users of Django."""

from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from rest_framework import serializers


class CustomerSerializer(serializers.ModelSerializer[User]):
    password = serializers.CharField(
        write_only=True, max_length=128, style={"input_type": "password"}
    )

    class Meta:
        model = User
        fields = ["id", "username", "email", "password"]

    def validate_password(self, value: str) -> str:
        """Ask ``AUTH_PASSWORD_VALIDATORS``."""
        validate_password(value)
        return value

    def create(self, validated_data: dict[str, Any]) -> User:
        """Create a user who can log in, and is no staff."""
        return User.objects.create_user(**validated_data)
