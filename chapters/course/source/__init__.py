"""What the chapters say: their prose, files and hints, read and put together.

Nothing here writes into anybody's folder, serves anything or asks anything of a user: no Jupyter, no browser,
no command line.
"""
