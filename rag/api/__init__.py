"""HTTP: the shapes of OpenAI, plus our own."""
