"""What to do next: an event-sourced tracker, forms, rules and stories, in Rasa's own words."""
