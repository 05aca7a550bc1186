"""Reviews, and who may write how many."""

from typing import Any
from unittest import mock

from django.contrib.auth.models import User

from shop.api.throttling import ReviewRateThrottle
from shop.models import Book, Review
from shop.tests.base import ShopTestCase, ask_both

REVIEWS = "/api/reviews/"


class ReviewTests(ShopTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.book = Book.objects.exclude(reviews__customer=self.reader).order_by("pk")[0]

    def review(self, user: User | None, **changes: Any) -> Any:
        body = {"book": self.book.pk, "stars": 5, "text": "Endless.", **changes}
        return self.api(user).post(REVIEWS, body, format="json")

    def test_reading_goes_by_rows(self) -> None:
        some = Review.objects.order_by("pk")[0]
        for query in ("", f"?book={some.book_id}", f"?stars={some.stars}"):
            stock, ours = ask_both(self.api(), REVIEWS + query)
            assert ours.seen == stock.seen
            assert ours.tiers == {"rows": 1}

    def test_a_review_changes_the_rating(self) -> None:
        assert self.review(None).status_code == 401
        self.book.reviews.all().delete()
        written = self.review(self.reader)
        assert written.status_code == 201
        assert written.json()["by"] == self.reader.username
        assert self.review(self.other, stars=2).status_code == 201
        self.book.refresh_from_db()
        assert self.book.rating == 3.5

    def test_one_review_of_a_book(self) -> None:
        assert self.review(self.reader).status_code == 201
        again = self.review(self.reader)
        assert again.status_code == 400
        assert "unique" in again.content.decode()

    def test_only_ones_own_can_be_taken_back(self) -> None:
        key = self.review(self.reader).json()["id"]
        assert self.api(self.other).delete(f"{REVIEWS}{key}/").status_code == 403
        assert self.api(self.reader).delete(f"{REVIEWS}{key}/").status_code == 204
        assert not Review.objects.filter(pk=key).exists()

    def test_wrong_input(self) -> None:
        answer = self.review(self.reader, stars=6, book=0, text="x" * 4001)
        assert answer.status_code == 400
        assert set(answer.json()) == {"stars", "book", "text"}

    def test_too_many_are_refused_and_reading_is_not(self) -> None:
        rates = {"reviews": "2/h"}
        self.enterContext(mock.patch.object(ReviewRateThrottle, "THROTTLE_RATES", rates))
        answers = [self.review(self.reader, stars=0) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [400, 400, 429]
        assert int(answers[-1]["Retry-After"]) > 3000
        assert self.review(self.other).status_code == 201
        assert self.api(self.reader).get(REVIEWS).status_code == 200
