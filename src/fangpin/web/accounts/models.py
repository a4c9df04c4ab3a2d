"""People and their duties.

Gives   User; Duty (a role in a region, from a day to a day); Charge (a household a helper is responsible for)
Not     who may do what (data/permissions.yaml, scope)
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users; passwords are hashed."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """A new user; without a password nobody can sign in."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in."""

    username = models.CharField(_("账号"), max_length=150, unique=True)
    name = models.CharField(_("姓名"), max_length=80, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    must_change_password = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def duties_now(self) -> tuple[Duty, ...]:
        """The duties in force today, read once a request."""
        return tuple(Duty.objects.filter(user=self, until=None).order_by("id")) if self.is_active else ()

    @property
    def charged(self) -> models.QuerySet[Charge]:
        """The charges in force."""
        return Charge.objects.filter(user=self, until=None)


class Duty(models.Model):
    """A role in a region; an ended duty stays as history."""

    user = models.ForeignKey(User, models.CASCADE, related_name="duties")
    role = models.CharField(_("角色"), max_length=40)
    region_code = models.CharField(_("辖区代码"), max_length=12)
    group = models.CharField(_("村民小组"), max_length=80, blank=True)
    department = models.CharField(_("部门"), max_length=40, blank=True)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "region_code", "group", "department"],
                condition=models.Q(until=None),
                name="duty_once",
            )
        ]


class Charge(models.Model):
    """A household a helper is responsible for."""

    user = models.ForeignKey(User, models.CASCADE, related_name="charges")
    household_id = models.CharField(max_length=64, db_index=True)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "household_id"], condition=models.Q(until=None), name="charge_once")
        ]
