"""What the SMS channels share: alphabets and segments, opt-out words, phone numbers. Not a channel: no manifest."""
