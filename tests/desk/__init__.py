"""The desk: calendars and deadlines as pure rules, and the room at work over a real store."""
