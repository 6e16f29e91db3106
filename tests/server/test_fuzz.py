"""No request that can be made of the API's own description brings it down."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


OPERATIONS = [
    "GET /documents", "GET /documents/{document}", "GET /documents/{document}/text", "GET /search", "POST /search",
    "GET /ask", "POST /ask", "POST /check-quotes", "POST /check-quotes/file", "GET /coverage",
    "GET /study", "POST /study",
]  # fmt: skip
HALL = [
    "GET /hall/bodies", "POST /hall/bodies", "GET /hall/bodies/{body}", "POST /hall/bodies/{body}",
    "GET /hall/bodies/{body}/voters", "GET /hall/bodies/{body}/members", "POST /hall/bodies/{body}/members",
    "POST /hall/join", "POST /hall/bodies/{body}/seats", "GET /hall/seats/{seat}", "POST /hall/seats/{seat}",
    "POST /hall/bodies/{body}/meetings", "GET /hall/meetings/{meeting}", "POST /hall/meetings/{meeting}",
    "GET /hall/meetings/{meeting}/minutes.{kind}", "GET /hall/record", "GET /hall/record/export",
    "POST /hall/record/anchors", "POST /hall/record/stamp", "POST /hall/record/cosign", "GET /hall/me",
    "DELETE /hall/people/{person}", "GET /hall/bodies/{body}/motions", "POST /hall/bodies/{body}/motions",
    "POST /hall/motions/compose", "GET /hall/motions/{motion}", "POST /hall/motions/{motion}",
    "POST /hall/motions/{motion}/amendments", "POST /hall/motions/{motion}/forward",
    "POST /hall/motions/{motion}/endorse", "POST /hall/votes/hands", "GET /hall/bodies/{body}/ballots",
    "POST /hall/bodies/{body}/ballots", "POST /hall/ballots", "GET /hall/ballots/{ballot}",
    "GET /hall/ballots/{ballot}/file", "GET /hall/ballots/{ballot}/rule", "POST /hall/ballots/{ballot}/votes",
    "POST /hall/ballots/{ballot}/close",
]  # fmt: skip


@pytest.fixture(scope="module")
def described(site):
    document = site.get("api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=site.address.rstrip("/"))
    return {operation.ok().label: operation.ok() for operation in schema.get_all_operations()}


@pytest.mark.parametrize("name", OPERATIONS + HALL)
def test_whatever_is_asked_is_answered_as_described(described, name):
    method, path = name.split()
    operation = described[f"{method} /api/v1{path}"]

    # What the hall refuses strangers costs nothing to find out, and is many doors.
    @hypothesis.settings(max_examples=6 if name in HALL else 12, derandomize=True, deadline=None, database=None,
                         suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
    @hypothesis.given(case=operation.as_strategy())
    def ask(case):
        case.call_and_validate(checks=CHECKS)

    ask()


def test_every_operation_is_tried(described):
    assert {label.replace("/api/v1", "") for label in described} == {*OPERATIONS, *HALL}
