"""Models with everything that ``full_clean`` looks at, and some that it must be left to."""

from django.core import validators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from .shop import Publisher

__all__ = [
    "Cleaned",
    "Constrained",
    "Dated",
    "Inherited",
    "Limited",
    "Overriding",
    "Slotted",
    "Stocked",
]


def must_be_even(value: int) -> None:
    if value % 2:
        raise ValidationError("%(value)s is odd.", code="odd", params={"value": value})


class Limited(models.Model):
    """A field for each validator, and choices of each form."""

    class Size(models.TextChoices):
        SMALL = "s", "Small"
        LARGE = "l", "Large"

    code = models.CharField(max_length=8, validators=[validators.MinLengthValidator(2)])
    letters = models.CharField(
        max_length=20, validators=[validators.RegexValidator("^[a-z]+$", code="letters")]
    )
    no_digits = models.CharField(
        max_length=20, validators=[validators.RegexValidator(r"\d", inverse_match=True)], blank=True
    )
    even = models.IntegerField(validators=[must_be_even], default=0)
    percent = models.SmallIntegerField(
        validators=[validators.MinValueValidator(0), validators.MaxValueValidator(100)]
    )
    price = models.DecimalField(
        max_digits=6, decimal_places=2, validators=[validators.MinValueValidator(0)]
    )
    ratio = models.FloatField(validators=[validators.MaxValueValidator(1)], null=True, blank=True)
    slug = models.SlugField()
    email = models.EmailField(blank=True)
    url = models.URLField(blank=True, null=True)
    size = models.CharField(max_length=1, choices=Size.choices, default=Size.SMALL)
    grouped = models.IntegerField(
        choices=[("few", [(1, "one"), (2, "two")]), (9, "many")], null=True, blank=True
    )
    frozen = models.CharField(max_length=3, editable=False, default="", choices=[("x", "X")])
    data = models.JSONField(default=dict, blank=True)


class Constrained(models.Model):
    name = models.CharField(max_length=20)
    group = models.IntegerField(null=True, blank=True)
    low = models.IntegerField(default=0)
    high = models.IntegerField(null=True, blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, default=1)
    is_live = models.BooleanField(default=True)
    since = models.DateField(null=True, blank=True)
    publisher = models.ForeignKey(Publisher, models.CASCADE, null=True, blank=True)

    class Meta:
        unique_together = [("group", "low")]
        constraints = [
            models.CheckConstraint(condition=models.Q(low__lte=models.F("high")), name="ordered"),
            models.CheckConstraint(
                condition=models.Q(price__gte=0) & ~models.Q(name="free"),
                name="priced",
                violation_error_message="%(name)s: it costs something",
                violation_error_code="priced",
            ),
            models.UniqueConstraint(fields=["name"], name="one_name"),
            models.UniqueConstraint(fields=["publisher", "low", "high"], name="one_of_publisher"),
            models.UniqueConstraint(
                fields=["since"],
                condition=models.Q(is_live=True),
                name="one_live",
                violation_error_message="there is a live one",
            ),
        ]


class Slotted(models.Model):
    """A constraint over an expression, which is looked up instance by instance."""

    name = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="one_lower_name")]


class Dated(models.Model):
    name = models.CharField(max_length=20, unique_for_date="day")
    day = models.DateField()


class Stocked(models.Model):
    """Foreign keys that not every row satisfies."""

    publisher = models.ForeignKey(
        Publisher, models.CASCADE, limit_choices_to={"country": "de"}, related_name="+"
    )
    other = models.ForeignKey("TextKeyed", models.CASCADE, null=True, blank=True, related_name="+")


class Inherited(Constrained):
    extra = models.CharField(max_length=5, unique=True)


class Cleaned(models.Model):
    name = models.CharField(max_length=20)
    number = models.IntegerField(unique=True)

    def clean(self) -> None:
        self.name = self.name.strip()
        if self.name == "bad":
            raise ValidationError({"name": "It is bad."})
        if self.name == "worse":
            raise ValidationError("All is bad.", code="worse")


class Overriding(models.Model):
    name = models.CharField(max_length=20)

    def clean_fields(self, exclude=None):
        super().clean_fields(exclude=exclude)
        if self.name == "mine":
            raise ValidationError({"name": "Mine alone."})
