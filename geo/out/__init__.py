"""In what form does it leave?"""
