"""Strings -> vectors -> nearest ids. Knows nothing of articles."""
