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


@pytest.fixture(scope="module")
def described(site):
    document = site.get("api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=site.address.rstrip("/"))
    return {operation.ok().label: operation.ok() for operation in schema.get_all_operations()}


@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_is_asked_is_answered_as_described(described, name):
    method, path = name.split()
    operation = described[f"{method} /api/v1{path}"]

    @hypothesis.settings(max_examples=12, derandomize=True, deadline=None, database=None,
                         suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
    @hypothesis.given(case=operation.as_strategy())
    def ask(case):
        case.call_and_validate(checks=CHECKS)

    ask()


def test_every_operation_is_tried(described):
    """Those of the library; what the hall takes is tried by its own tests, as the people who may."""
    library = {label.replace("/api/v1", "") for label in described if "/api/v1/hall/" not in label}
    assert library == set(OPERATIONS)
