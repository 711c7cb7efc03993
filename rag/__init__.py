"""Jushi: questions over messy Chinese articles, answered with checked citations."""
