from django.urls import path

from . import views

urlpatterns = [
    path("books/", views.BookList.as_view(), name="book-list"),
    path("books/<int:pk>/", views.BookDetail.as_view(), name="book-detail"),
    path("nested/", views.NestedBookList.as_view(), name="nested-list"),
    path("nested/window/", views.WindowBookList.as_view(), name="nested-window"),
    path("nested/cursor/", views.CursorBookList.as_view(), name="nested-cursor"),
]
