"""The desk: reviewers look through the samples of a snapshot on their own machine, and say what they think of them."""
