"""Pages outside the admin's lists and forms."""
