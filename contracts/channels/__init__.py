"""Ways out for a message, about fifty lines each; none knows the database or another channel."""
