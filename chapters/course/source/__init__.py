"""The content of the chapters: prose, files and hints, read and put together.

Nothing here writes into a learner's folder, runs a server or asks a user: no Jupyter, no browser,
no command line.
"""
