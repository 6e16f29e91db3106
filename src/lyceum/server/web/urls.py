"""Where the pages stand."""

from __future__ import annotations

from django.urls import path

from lyceum.server.web import feeds, harvest, keeping, people, reading, tutoring, widget

urlpatterns = [
    path("", reading.home, name="home"),
    path("search", reading.search, name="search"),
    path("search.atom", feeds.found, name="search-feed"),
    path("documents/<str:document>", reading.reader, name="reader"),
    path("documents/<str:document>/original", reading.original, name="original"),
    path("ask", tutoring.ask, name="ask"),
    path("ask/wait/<str:key>", tutoring.wait, name="wait"),
    path("ask/further/<str:key>", tutoring.after, name="further"),
    path("answers", tutoring.share, name="share"),
    path("answers/judge", tutoring.judge, name="judge"),
    path("answers/<str:key>/answer.md", tutoring.export, {"form": "md"}, name="answer-markdown"),
    path("answers/<str:key>/answer.html", tutoring.export, {"form": "html"}, name="answer-html"),
    path("answers/<str:key>", tutoring.shared, name="shared"),
    path("widget", widget.box, name="widget"),
    path("widget/search", widget.search, name="widget-search"),
    path("widget/ask", widget.ask, name="widget-ask"),
    path("widget/wait/<str:key>", widget.wait, name="widget-wait"),
    path("widget.js", widget.script, name="widget-script"),
    path("widget.css", widget.style, name="widget-style"),
    path("history", tutoring.history, name="history"),
    path("history/change", tutoring.change_history, name="history-change"),
    path("history/<int:number>", tutoring.remembered, name="remembered"),
    path("desk", keeping.desk, name="desk"),
    path("desk/state", keeping.state, name="desk-state"),
    path("desk/add", keeping.add, name="desk-add"),
    path("desk/retry", keeping.retry, name="desk-retry"),
    path("desk/documents", keeping.documents, name="desk-documents"),
    path("desk/documents/<str:document>", keeping.document, name="desk-document"),
    path("desk/collections", keeping.collections, name="desk-collections"),
    path("people", people.people, name="people"),
    path("join/<str:key>", people.join, name="join"),
    path("look", people.look, name="look"),
    path("feed.atom", feeds.arrivals, name="feed"),
    path("opensearch.xml", feeds.opensearch, name="opensearch"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", feeds.sitemap_part, name="sitemap-part"),
    path("oai", harvest.harvest, name="oai"),
    path("robots.txt", feeds.robots, name="robots"),
    path("manifest.webmanifest", feeds.manifest, name="manifest"),
    path("worker.js", feeds.service_worker, name="worker"),
    path("offline", feeds.offline, name="offline"),
]
