"""Forms of the registers: uploading a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangpin.web.accounts.scope import Scope
from fangpin.web.site.templatetags.page import region_name


class UploadForm(forms.Form):
    """A file, where it belongs, since when it is known, and whether it may overwrite."""

    file = forms.FileField(
        label=_("文件"), help_text=_("模板、全国系统导出表、部门表；.xlsx、.csv、.parquet，或它们的 .zip")
    )
    region_code = forms.ChoiceField(label=_("辖区"))
    known_at = forms.DateField(
        label=_("数据截止日期"),
        help_text=_("表里没有写获知日期的行，按这一天算；早于现有数据的行不会覆盖现有数据"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    keep_existing = forms.BooleanField(label=_("不覆盖：只收新记录，已有的行一字不动"), required=False)

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        duties = [duty for duty in scope.duties if scope.rules.reach(duty.role, "import.upload")]
        self.departments = {duty.region_code.ljust(12, "0"): duty.department for duty in duties}
        self.fields["region_code"].choices = [(code, region_name(code)) for code in self.departments]  # type: ignore[attr-defined]
        self.fields["known_at"].initial = timezone.localdate
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt,.parquet,.zip,.gz"

    def clean_known_at(self) -> Any:
        """A day that has come."""
        day = self.cleaned_data["known_at"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("这一天还没有到"))
        return day
