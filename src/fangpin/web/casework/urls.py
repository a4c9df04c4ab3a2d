"""Addresses under /cases/."""

from __future__ import annotations

from django.urls import path

from fangpin.web.casework import views

urlpatterns = [
    path("", views.listing, name="cases"),
    path("many/", views.act_on_many, name="cases_many"),
    path("open/", views.open_case, name="case_open"),
    path("procedure/", views.procedure, name="procedure"),
    path("meetings/new/", views.meeting, name="case_meeting"),
    path("meetings/<int:number>/paper/", views.minutes, name="case_minutes"),
    path("notices/", views.notices, name="case_notices"),
    path("notices/new/", views.post, name="case_notice_new"),
    path("notices/<int:number>/", views.notice, name="case_notice"),
    path("notices/<int:number>/paper/", views.notice_paper, name="case_notice_paper"),
    path("notices/<int:number>/object/", views.object_to, name="case_object"),
    path("objections/<int:number>/answer/", views.answer, name="case_answer"),
    path("<int:number>/", views.detail, name="case"),
    path("<int:number>/act/", views.act, name="case_act"),
    path("<int:number>/learn/", views.learn, name="case_learn"),
    path("<int:number>/paper/<str:form>/", views.paper, name="case_paper"),
]
