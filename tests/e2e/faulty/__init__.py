"""A daemon on file operations that fail as a test tells them (faults.h, in Python sheet.py)."""
