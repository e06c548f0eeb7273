"""The ready-made bots: that they load, what they understand, what their action servers answer."""
