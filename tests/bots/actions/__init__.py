"""Actions: a real Rasa SDK server, a hostile one, signed webhooks, the built-in ones, and what is refused at load."""
