"""An English question: its words, its figures, what it asks, and the order in which Chinese would say it."""
