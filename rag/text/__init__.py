"""What is true of Chinese text everywhere: script, words, sentences, numbers, dates."""
