"""Who comes in, what may they see, and what did they do?"""
