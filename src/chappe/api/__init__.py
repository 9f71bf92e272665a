"""The shell of the REST API: who asks, errors, paging, idempotency, limits, OpenAPI. Knows no domain."""
