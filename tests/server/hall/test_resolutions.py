"""Resolutions in the library: what is carried becomes a document that the tutor cites."""

from __future__ import annotations

import pytest

from lyceum.errors import NotEntitled, NotInOrder
from lyceum.library import Library, Question, Scope
from lyceum.server.deciding import models, resolutions
from lyceum.server.deciding.resolutions import PublishResolution
from server.hall.assembly import Assembly
from server.hall.clock import day


@pytest.fixture
def north(hall) -> Assembly:
    return Assembly(hall, "bo", "cy")


@pytest.fixture
def library(settings):
    with Library.open(settings) as opened:
        yield opened


def test_a_resolution_is_cited_by_the_tutor(north, library):
    north.publish()
    motion = north.carry("The bread fund", "The bread fund pays forty shillings to every striking weaver.")
    assert resolutions.hand_over(library.hand_in) == 1
    library.work()
    document = models.Motion.objects.get(pk=motion).document
    answer = library.ask(Question("How much does the bread fund pay to striking weavers?", Scope.of("resolutions")))
    assert [one.document for one in answer.citations][:1] == [document]
    assert "forty shillings" in answer.citations[0].exact
    found = library.document(document)
    assert (found.metadata.title, found.metadata.kind, found.metadata.creators) == (
        "The bread fund", "resolution", ("The north",),
    )  # fmt: skip
    assert resolutions.hand_over(library.hand_in) == 0


def test_a_body_that_does_not_show_itself_publishes_each_resolution_by_an_act(hall, north, library):
    motion = north.carry()
    assert resolutions.hand_over(library.hand_in) == 0
    with pytest.raises(NotEntitled):
        PublishResolution(hall.actor("bo"), motion).execute(day(5))
    PublishResolution(hall.actor("ada"), motion).execute(day(5))
    assert resolutions.hand_over(library.hand_in) == 1


def test_what_was_not_carried_is_no_resolution(hall, north):
    with pytest.raises(NotInOrder):
        PublishResolution(hall.actor("ada"), north.put()).execute(day(5))
