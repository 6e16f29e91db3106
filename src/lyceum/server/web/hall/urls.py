"""Where the pages of the hall stand."""

from __future__ import annotations

from django.urls import path

from lyceum.server.web.hall import bodies, meetings, record, seats

urlpatterns = [
    path("", bodies.index, name="hall"),
    path("/found", bodies.found, name="hall-found"),
    path("/me", bodies.me, name="hall-me"),
    path("/join/<str:key>", bodies.join, name="hall-join"),
    path("/record", record.record, name="hall-record"),
    path("/record.json", record.export, name="hall-record-export"),
    path("/bodies/<str:body>", bodies.body, name="hall-body"),
    path("/bodies/<str:body>/members", bodies.members, name="hall-members"),
    path("/bodies/<str:body>/voters", bodies.voters, name="hall-voters"),
    path("/bodies/<str:body>/change", bodies.change, name="hall-change"),
    path("/bodies/<str:body>/seats", seats.seats, name="hall-seats"),
    path("/bodies/<str:body>/meetings", meetings.meetings, name="hall-meetings"),
    path("/seats/<str:seat>", seats.seat, name="hall-seat"),
    path("/meetings/<str:meeting>", meetings.meeting, name="hall-meeting"),
    path("/meetings/<str:meeting>/minutes.<str:kind>", meetings.minutes, name="hall-minutes"),
]
