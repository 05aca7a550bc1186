"""The back office."""

from django.contrib import admin

from shop.models import Author, Book, Order, OrderLine, Publisher, Review, Tag, Visit


class OrderLineInline(admin.TabularInline):  # type: ignore[type-arg]
    model = OrderLine
    raw_id_fields = ["book"]
    extra = 0


register = admin.site.register
register(
    Publisher,
    list_display=["name", "country"],
    list_filter=["country"],
    search_fields=["name"],
)
register(Author, list_display=["name", "born"], search_fields=["name"])
register(Tag, search_fields=["name"])
register(
    Book,
    list_display=["title", "author", "publisher", "price", "status", "rating"],
    list_filter=["status", "in_print", "publisher"],
    list_select_related=["author", "publisher"],
    search_fields=["title", "author__name"],
    autocomplete_fields=["author", "publisher", "tags"],
)
register(
    Review,
    list_display=["book", "customer", "stars", "created"],
    list_filter=["stars"],
    list_select_related=["book", "customer"],
    raw_id_fields=["book", "customer"],
)
register(
    Order,
    list_display=["reference", "customer", "status", "total", "created"],
    list_filter=["status"],
    list_select_related=["customer"],
    search_fields=["reference", "customer__username"],
    raw_id_fields=["customer"],
    inlines=[OrderLineInline],
)
register(
    Visit,
    list_display=["book", "seconds", "at"],
    list_select_related=["book"],
    raw_id_fields=["book"],
)
