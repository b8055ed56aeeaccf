"""What does a person need to know?"""
