"""Text to tokens: tokenize, place, write."""
