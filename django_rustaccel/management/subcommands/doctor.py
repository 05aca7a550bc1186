"""``manage.py rustaccel doctor``: is all as it should be, and what would gain most."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from django.core.checks import run_checks
from django.db import OperationalError

from django_rustaccel.checks import TAG
from django_rustaccel.core.statistics import stats
from django_rustaccel.doctor.diagnosis import Diagnosis
from django_rustaccel.exceptions import MissingDependencyError
from django_rustaccel.management.subcommands.base import listed, plural, problem, usage
from django_rustaccel.management.subcommands.diagnosis import write_diagnosis
from django_rustaccel.management.subcommands.metrics_page import metrics_page
from django_rustaccel.management.subcommands.serializers import SerializerSubcommand

if TYPE_CHECKING:
    from django_rustaccel.doctor.sample import Sampled
    from django_rustaccel.doctor.targets import Target
    from django_rustaccel.drf.explanation import Explanation


class Doctor(SerializerSubcommand):
    """Versions, processor, system checks, tiers, and changes, of a whole project at once."""

    name = "doctor"
    help = "Check the installation, and name the changes that would gain most in this project."
    needs_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how many changes to name, and what is known of the use of the site."""
        add = parser.add_argument
        add("--changes", type=int, default=10, metavar="N", help="name at most so many (10)")
        add("--url", action="append", default=[], metavar="PATH", dest="urls")
        add(
            "--urls", metavar="FILE", dest="file", help="requests, one a line: [METHOD] path [JSON]"
        )
        add("--auto", action="store_true", help="GET what the API offers without arguments")
        add("--user", metavar="NAME", help="log this user in for the requests")
        add("--rounds", type=int, default=5, metavar="N", help="time each request so often (5)")
        add("--metrics", metavar="URL", help="rank by the calls that a running worker has counted")

    def run(self, options: dict[str, Any]) -> None:
        """Exit with 1 if a system check finds an error, or an answer is not the same."""
        if options["changes"] < 0 or options["rounds"] < 1:
            raise usage("--changes takes a number from 0 on, and --rounds one from 1 on.")
        found = self._diagnosis(options)
        if options["json"]:
            self.write_json(found.as_dict())
        else:
            write_diagnosis(self, found, everything=options["verbosity"] > 1)
        if found.problems:
            raise problem(f"{plural(len(found.problems), 'problem')}:\n{listed(found.problems)}")

    def _diagnosis(self, options: dict[str, Any]) -> Diagnosis:
        # Both before this command imports metrics, and adds to what is counted.
        found = Diagnosis(run_checks(tags=[TAG], include_deployment_checks=True))
        counted = stats()["fallbacks"]
        whose = "this process"
        if options["metrics"]:
            counted, whose = self._of_metrics(options["metrics"]), options["metrics"]
        targets = self._targets(options)
        found.explanations = self._explanations()
        found.sampled = self._sampled(targets, options)
        found.rank(counted, whose, options["changes"])
        return found

    def _of_metrics(self, url: str) -> dict[str, int]:
        text = metrics_page(url)
        from django_rustaccel.metrics import fallbacks_in

        try:
            return fallbacks_in(text)
        except ValueError as error:
            raise problem(f"{url}: {error}") from None

    def _explanations(self) -> list[Explanation]:
        """Of all serializers, as if acceleration was on; none without Django REST framework."""
        try:
            from django_rustaccel.drf.comparison import acceleration_on
            from django_rustaccel.drf.explain import explain
        except MissingDependencyError:
            return []
        with acceleration_on():
            return [explain(cls) for cls in self.progress(self.serializers([]), "explaining")]

    def _targets(self, options: dict[str, Any]) -> dict[Target, int]:
        from django_rustaccel.doctor import targets

        try:
            named = [targets.parse(each) for each in options["urls"]]
            named += targets.in_file(options["file"]) if options["file"] else []
        except (OSError, ValueError) as error:
            raise usage(f"{error}.") from None
        if options["auto"]:
            self._need_drf()
            named += [each for each in targets.of_urlconf() if each not in named]
        return targets.weighed(named)

    def _need_drf(self) -> None:
        try:
            import django_rustaccel.drf  # noqa: F401
        except MissingDependencyError as error:
            raise usage(str(error)) from error

    def _sampled(self, targets: dict[Target, int], options: dict[str, Any]) -> list[Sampled]:
        if not targets:
            self._say_that_nothing_is_sent(options)
            return []
        self._need_drf()
        from django_rustaccel.doctor.sample import Sample
        from django_rustaccel.drf.comparison import acceleration_on

        user = _user(options["user"])
        items = self.progress(list(targets.items()), "requesting")
        try:
            with acceleration_on(), Sample(user, options["rounds"]) as sample:
                return [sample.ask(target, times) for target, times in items]
        except OperationalError as error:
            raise problem(f"A database does not answer: {error}") from error

    def _say_that_nothing_is_sent(self, options: dict[str, Any]) -> None:
        if options["auto"]:
            self.warn("No view of the API has a URL without arguments: --url names one.")
        elif options["user"]:
            raise usage("--user is for requests: name some by --url, --urls or --auto.")


def _user(name: str | None) -> Any:
    if name is None:
        return None
    from django.contrib.auth import get_user_model

    users: Any = get_user_model()
    try:
        return users._default_manager.get_by_natural_key(name)
    except users.DoesNotExist:
        raise usage(f"There is no user {name!r}.") from None
