"""Work: job rows are the truth, wake-ups are hints. See `jobs` for what a job is and `engine` for who does it."""
