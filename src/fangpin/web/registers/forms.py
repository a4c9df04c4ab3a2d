"""Forms of the registers: uploading a file, and what happens to a household."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangpin import tables
from fangpin.reference import regions
from fangpin.web.accounts.scope import Scope
from fangpin.web.site.templatetags.page import lang, region_name


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


def _codes(name: str) -> list[tuple[str, str]]:
    codes = tables.catalogue().codelist(name)
    return [("", "—"), *((code, codes.label_of(code, lang())) for code in codes.codes)]


class EventForm(forms.Form):
    """What is asked for one kind of event; ``people`` are the members who belong: (person id, how they are called)."""

    ASKED: dict[str, tuple[str, ...]] = {
        "birth": ("name", "sex", "relation"),
        "death": ("person",),
        "marry_in": ("name", "sex", "birth_date", "id_number", "relation", "from_household", "from_person"),
        "leave": ("person", "married"),
        "change_head": ("person", "relation"),
        "split": ("persons", "head", "new_household_id"),
        "join": ("other_household_id",),
        "move_household": ("region_code", "natural_village"),
    }
    OPTIONAL = ("birth_date", "id_number", "from_household", "from_person", "natural_village", "married", "relation")

    day = forms.DateField(label=_("从哪一天起"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("依据"), max_length=200, help_text=_("如：死亡证明、结婚证、本人申请"))

    def __init__(self, kind: str, people: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = self._made(list(people))
        for name in self.ASKED[kind]:
            made[name].required = name not in self.OPTIONAL
            self.fields[name] = made[name]
        if kind == "change_head":
            self.fields["relation"].label = _("原户主与新户主的关系")
        self.order_fields([*self.ASKED[kind], "day", "reason"])

    def _made(self, people: list[tuple[str, str]]) -> dict[str, forms.Field]:
        return {
            "person": forms.ChoiceField(label=_("谁"), choices=people),
            "persons": forms.MultipleChoiceField(
                label=_("分出去的人"), choices=people, widget=forms.CheckboxSelectMultiple
            ),
            "head": forms.ChoiceField(label=_("新户的户主"), choices=people),
            "name": forms.CharField(label=_("姓名"), max_length=60),
            "sex": forms.ChoiceField(label=_("性别"), choices=_codes("sex")),
            "relation": forms.ChoiceField(label=_("与户主关系"), choices=_codes("relation")),
            "birth_date": forms.DateField(label=_("出生日期"), widget=forms.DateInput(attrs={"type": "date"})),
            "id_number": forms.CharField(label=_("证件号码"), max_length=30),
            "married": forms.BooleanField(label=_("是嫁出（否则按迁出）")),
            "from_household": forms.CharField(label=_("原来的户编号（本县嫁来的）"), max_length=64),
            "from_person": forms.CharField(label=_("原来的人编号"), max_length=64),
            "new_household_id": forms.CharField(label=_("新户的户编号"), max_length=64),
            "other_household_id": forms.CharField(label=_("并进来的户编号"), max_length=64),
            "region_code": forms.CharField(label=_("迁往的村（12 位代码）"), min_length=12, max_length=12),
            "natural_village": forms.CharField(label=_("自然村或村民小组"), max_length=60),
        }

    def clean_region_code(self) -> str:
        """A village that exists."""
        code: str = self.cleaned_data["region_code"]
        if not code.isdigit() or not regions.exists(code):
            raise forms.ValidationError(_("没有这个村的代码"))
        return code
