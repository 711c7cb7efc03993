"""The articles as tools of the Model Context Protocol: search, ask, open_source, verify.

Needs the extra `mcp`. Only `server.py`, `endpoint.py` and `stdio.py` load its SDK.
"""
