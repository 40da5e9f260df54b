"""Addresses of signing in, hats and the own account.

The views of allauth carry the names by which allauth itself looks for them; the others, and those that the
frame of every page links to, are named `people:...`.
"""

from allauth.account import views as allauth
from django.urls import include, path, re_path

from . import views

own = [
    path("sign-in/", allauth.login, name="sign_in"),
    path("sign-out/", allauth.logout, name="sign_out"),
    path("hats/", views.hats_held, name="hats"),
    path("account/", views.account, name="account"),
]

urlpatterns = [
    path("", include((own, "people"))),
    path("sign-in/", allauth.login, name="account_login"),
    path("sign-out/", allauth.logout, name="account_logout"),
    path("sign-in/closed/", allauth.account_inactive, name="account_inactive"),
    path("sign-in/again/", allauth.reauthenticate, name="account_reauthenticate"),
    path("sign-in/forgotten/", views.forgotten, name="account_reset_password"),
    path("sign-in/forgotten/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^sign-in/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "sign-in/new-password/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/password/", allauth.password_change, name="account_change_password"),
    path("account/password/first/", allauth.password_set, name="account_set_password"),
    path("account/second-step/", include("allauth.mfa.urls")),
]
