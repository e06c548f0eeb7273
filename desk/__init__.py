"""The desk: by when a customer is answered, and what happens when nobody does."""
