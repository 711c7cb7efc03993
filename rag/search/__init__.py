"""Question -> Evidence."""
