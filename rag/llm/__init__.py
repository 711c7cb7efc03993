"""Messages -> text: language models behind OpenAI's API, far away or started by us."""
