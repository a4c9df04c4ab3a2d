"""Addresses under /accounts/: signing in and out, password, second factor, sessions (allauth), and our own pages."""

from __future__ import annotations

from allauth.account import views as account
from allauth.usersessions import views as sessions
from django.urls import include, path

from fangpin.web.accounts import login, views

urlpatterns = [
    path("login/", login.sign_in, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("people/", views.people, name="people"),
    path("people/new/", views.new_person, name="new_person"),
    path("people/<int:number>/", views.person, name="person"),
    path("people/<int:number>/duty/", views.give, name="give_duty"),
    path("people/<int:number>/duty/<int:duty>/end/", views.end, name="end_duty"),
    path("people/<int:number>/change/", views.change, name="change_person"),
]
