"""The doors for programs: HTTP API v1, the OpenAI-compatible one, and MCP."""
