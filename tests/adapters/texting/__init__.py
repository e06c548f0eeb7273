"""What the text-message channels share, proved."""
