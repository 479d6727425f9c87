"""Text to tokens: mask, tokenize, split, order, write."""
