"""SMPP 3.4: a bind at an operator's message centre."""
