"""What comes in, and where does it live?"""
