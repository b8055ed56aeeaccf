"""What is being asked? It knows nothing of files, numbers or pages."""
