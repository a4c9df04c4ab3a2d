"""Forms of casework: a meeting, a notice, an objection.

Gives   MeetingForm, NoticeForm, ObjectionForm, AnswerForm
Not     whether a meeting is valid (standards.process says when an action is taken)
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangpin.standards.process import process
from fangpin.web.casework.models import Meeting, Objection

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class MeetingForm(forms.ModelForm[Meeting]):
    """Who met, when, how many."""

    class Meta:
        model = Meeting
        fields: ClassVar = [
            *("kind", "held_on", "place", "chair", "entitled", "present", "or_entitled", "or_present", "called_on"),
            *("authorised", "opinions"),
        ]
        widgets: ClassVar = {"held_on": DAY, "called_on": DAY, "opinions": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, region: str, lang: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = process(region, timezone.localdate()).kinds_of(timezone.localdate())
        choices = [(code, kind.text(lang)) for code, kind in kinds.items()]
        self.fields["kind"] = forms.ChoiceField(label=_("会议"), choices=choices)
        for name in ("entitled", "present", "or_entitled", "or_present"):
            self.fields[name].min_value = 0  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["min"] = 0
        self.fields["held_on"].initial = timezone.localdate

    def clean(self) -> dict[str, Any]:
        """A meeting in the future, or one with more present than entitled, is no meeting."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("held_on") and data["held_on"] > timezone.localdate():
            self.add_error("held_on", _("会议日期在将来"))
        entitled, present = data.get("entitled"), data.get("present")
        if entitled is not None and present is not None and not 0 <= present <= entitled:
            self.add_error("present", _("实到人数不能多于应到人数"))
        return data


class NoticeForm(forms.Form):
    """When the sheet was posted, and whom to call."""

    posted_on = forms.DateField(label=_("张贴日期"), widget=DAY, initial=timezone.localdate)
    contact = forms.CharField(label=_("联系方式"), max_length=120)


class ObjectionForm(forms.Form):
    """What somebody objects; the name may stay empty."""

    text = forms.CharField(label=_("对哪一户、有什么异议"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    name = forms.CharField(label=_("您的姓名（可不填）"), max_length=40, required=False)
    about_cadre = forms.BooleanField(label=_("涉及村干部，请乡镇处理"), required=False)


class AnswerForm(forms.Form):
    """The answer to an objection."""

    status = forms.ChoiceField(
        label=_("结论"), choices=[c for c in Objection.Status.choices if c[0] != "open"], widget=forms.RadioSelect
    )
    text = forms.CharField(label=_("核查情况"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
