"""`hc4 evaluate`: held-out documents for evaluators, and figures from models and from answers."""
