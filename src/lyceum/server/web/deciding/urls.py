"""Where the pages of motions and ballots stand."""

from __future__ import annotations

from django.urls import path

from lyceum.server.web.deciding import ballots, motions

urlpatterns = [
    path("/bodies/<str:body>/motions", motions.motions, name="hall-motions"),
    path("/bodies/<str:body>/ballots", ballots.ballots, name="hall-ballots"),
    path("/motions/<str:motion>", motions.motion, name="hall-motion"),
    path("/ballots/<str:ballot>", ballots.ballot, name="hall-ballot"),
    path("/ballots/<str:ballot>/ballots.json", ballots.published, name="hall-ballot-file"),
    path("/ballots/<str:ballot>/rule.json", ballots.rule, name="hall-ballot-rule"),
]
