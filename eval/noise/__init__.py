"""Noise twins: the same articles as the web might have handed them over, and whether they answer the same questions."""
