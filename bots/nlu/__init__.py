"""What did the customer mean: intents, entities and answers to questions, trained in seconds from a project."""
