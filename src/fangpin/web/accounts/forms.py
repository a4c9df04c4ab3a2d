"""Forms of user administration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fangpin.reference import regions
from fangpin.web.accounts.models import User
from fangpin.web.accounts.permissions import table
from fangpin.web.regions.queries import places_in


class DutyForm(forms.Form):
    """A role in a region."""

    role = forms.ChoiceField(label=_("角色"))
    region_code = forms.ChoiceField(label=_("辖区"))
    group = forms.CharField(label=_("村民小组（只管一个小组时填）"), max_length=80, required=False)
    department = forms.CharField(label=_("部门（部门数据员必填）"), max_length=40, required=False)

    def __init__(self, *args: Any, scope: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        lang = "en" if get_language() == "en" else "zh"
        roles = [(code, role.label(lang)) for code, role in table().roles.items()]
        indent = {6: "", 9: "　", 12: "　　"}
        places = [
            (code.ljust(12, "0"), f"{indent.get(len(code), '')}{regions.name(code, lang)} {code}")
            for code in (place.code for place in places_in(scope.regions("user.manage")))
        ]
        self.fields["role"].choices = [("", "—"), *roles]  # type: ignore[attr-defined]
        self.fields["region_code"].choices = [("", "—"), *places]  # type: ignore[attr-defined]


class NewPersonForm(DutyForm):
    """A new person with a first duty."""

    username = forms.RegexField(
        r"^[\w.@+-]+\Z",
        label=_("账号"),
        max_length=60,
        help_text=_("字母、数字、汉字和 . @ + - _"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("姓名"), max_length=80)
    field_order = ("username", "name", "role", "region_code", "group", "department")

    def clean_username(self) -> str:
        """An account is given once."""
        username = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("这个账号已经有人用了"))
        return username
