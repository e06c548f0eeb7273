"""Whole stories in a real browser: the widget of a visitor, the inbox of an agent, one hub as its own process."""
