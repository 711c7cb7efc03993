"""Bytes -> Article -> Passages."""
