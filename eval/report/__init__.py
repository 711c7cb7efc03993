"""Reports of a run: JSON for programs, Markdown for a change's description, one HTML page for reading."""
