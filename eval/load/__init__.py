"""Many clients at once: how fast a running server answers them, and what they leave behind."""
