"""Documents as messages of a user and an assistant, and messages as tokens of which some are learnt."""
