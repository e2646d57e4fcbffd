"""jiter: JSON read by json."""
