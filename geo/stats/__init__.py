"""What is surprising? Pure functions on arrays; they know nothing of files, sources or pages."""
