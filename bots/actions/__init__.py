"""What a bot does outside its own head: action servers, signed webhooks and the built-in actions, behind one port."""
