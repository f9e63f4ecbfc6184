"""Django REST framework, in one module: settings, models, views."""

import os
import time

import django
import jwt
from argon2 import PasswordHasher
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.db import models

SECRET = "a secret of the benchmark, which protects nothing"
HASHER = PasswordHasher()

settings.configure(
    SECRET_KEY=SECRET,
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    APPEND_SLASH=False,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["PEER_DATABASE"],
            "CONN_MAX_AGE": None,
            "OPTIONS": {"init_command": "PRAGMA synchronous = NORMAL"},  # as Kinoteka does
        }
    },
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=[],
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 12,
    },
)
django.setup()

from django.urls import path  # noqa: E402 (Django must be set up first)
from rest_framework import exceptions, generics, serializers  # noqa: E402
from rest_framework.authentication import BaseAuthentication  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Genre(models.Model):
    """A genre."""

    name = models.TextField()

    class Meta:
        app_label, db_table, managed = "peer", "genres", False


class Director(models.Model):
    """A director."""

    name = models.TextField()

    class Meta:
        app_label, db_table, managed = "peer", "directors", False


class Film(models.Model):
    """A film with its first genre and its first director."""

    title = models.TextField()
    description = models.TextField()
    year = models.IntegerField(null=True)
    rating = models.FloatField(null=True)
    genre = models.ForeignKey(Genre, models.DO_NOTHING, null=True)
    director = models.ForeignKey(Director, models.DO_NOTHING, null=True)

    class Meta:
        app_label, db_table, managed = "peer", "films", False


class Account(models.Model):
    """An account."""

    email = models.TextField(unique=True)
    name = models.TextField()
    password = models.TextField()
    is_authenticated = True

    class Meta:
        app_label, db_table, managed = "peer", "accounts", False


class Bookmark(models.Model):
    """A film that an account has bookmarked."""

    account = models.ForeignKey(Account, models.DO_NOTHING)
    film = models.ForeignKey(Film, models.DO_NOTHING)

    class Meta:
        app_label, db_table, managed = "peer", "bookmarks", False
        unique_together = ("account", "film")


class GenreSerializer(serializers.ModelSerializer[Genre]):
    """A genre."""

    class Meta:
        model, fields = Genre, ("id", "name")


class DirectorSerializer(serializers.ModelSerializer[Director]):
    """A director."""

    class Meta:
        model, fields = Director, ("id", "name")


class FilmSerializer(serializers.ModelSerializer[Film]):
    """A film."""

    genre = GenreSerializer()
    director = DirectorSerializer()

    class Meta:
        model = Film
        fields = ("id", "title", "description", "year", "rating", "genre", "director")


class AccountSerializer(serializers.ModelSerializer[Account]):
    """The account that asks."""

    class Meta:
        model, fields = Account, ("id", "email", "name")


class CredentialsSerializer(serializers.Serializer[None]):
    """An address and a password."""

    email = serializers.CharField()
    password = serializers.CharField()


class TokenAuthentication(BaseAuthentication):
    """The account of the token."""

    def authenticate(self, request):
        """Return the account of the Authorization header."""
        header = request.headers.get("authorization", "")
        claims = jwt.decode(header.removeprefix("Bearer "), SECRET, algorithms=["HS256"])
        account = Account.objects.filter(pk=claims["sub"]).first()
        if account is None:
            raise exceptions.AuthenticationFailed
        return account, claims


class FilmsView(generics.ListAPIView):
    """A page of films."""

    queryset = Film.objects.select_related("genre", "director").order_by("-id")
    serializer_class = FilmSerializer


class FilmView(generics.RetrieveAPIView):
    """A film."""

    queryset = Film.objects.select_related("genre", "director")
    serializer_class = FilmSerializer


class ProfileView(APIView):
    """The account that asks."""

    authentication_classes = (TokenAuthentication,)

    def get(self, request):
        """Return the account."""
        return Response(AccountSerializer(request.user).data)


class BookmarkView(APIView):
    """A bookmark of the account that asks."""

    authentication_classes = (TokenAuthentication,)

    def post(self, request, pk):
        """Bookmark a film."""
        bookmark = Bookmark(account_id=request.user.pk, film_id=pk)
        Bookmark.objects.bulk_create([bookmark], ignore_conflicts=True)
        return Response(status=201)


class SignInView(APIView):
    """A sign-in."""

    def post(self, request):
        """Return a token."""
        credentials = CredentialsSerializer(data=request.data)
        credentials.is_valid(raise_exception=True)
        account = Account.objects.filter(email=credentials.validated_data["email"]).first()
        if account is None:
            raise exceptions.AuthenticationFailed
        HASHER.verify(account.password, credentials.validated_data["password"])
        claims = {"sub": str(account.pk), "exp": int(time.time()) + 900}
        return Response({"access_token": jwt.encode(claims, SECRET, algorithm="HS256")})


urlpatterns = [
    path("movies/", FilmsView.as_view()),
    path("movies/<int:pk>/", FilmView.as_view()),
    path("user/", ProfileView.as_view()),
    path("favorites/movies/<int:pk>/", BookmarkView.as_view()),
    path("auth/login", SignInView.as_view()),
]

application = get_asgi_application()
