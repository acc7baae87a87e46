"""Python's garbage collector while the server runs: it looks at little, and seldom.

It finds objects that nothing holds but each other. To do so it looks at all objects there are, and those of a
server are hundreds of thousands: modules, models, templates. Meanwhile nobody gets a message.
"""

import gc

# So many new objects begin a round, and so many rounds a round that looks at older ones as well.
SELDOM = (10_000, 20, 50)
PYTHONS_OWN = gc.get_threshold()


async def spare_what_stays() -> None:
    """Let it look no more at what has been made so far: that stays until the server ends."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


async def look_at_all() -> None:
    """Take that back. The server has ended, and the process may go on."""
    gc.unfreeze()
    gc.set_threshold(*PYTHONS_OWN)
