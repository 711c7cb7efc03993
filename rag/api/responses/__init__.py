"""OpenAI's Responses API: the same answers as chat completions, in its objects and events."""
