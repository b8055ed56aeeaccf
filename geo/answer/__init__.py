"""What is the answer, and what of it may be shown?"""
