"""Python's garbage collector while the server runs: it looks at few objects, and seldom.

It finds objects that only refer to each other. To do so it looks at all objects, and a server has hundreds of
thousands: modules, models, templates. Meanwhile no message is delivered.
"""

import gc

# The number of new objects before a collection, and of collections before one that includes older objects.
SELDOM = (10_000, 20, 50)
PYTHONS_OWN = gc.get_threshold()


async def spare_what_stays() -> None:
    """Exempt all objects that exist now from garbage collection: they stay until the server ends."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


async def look_at_all() -> None:
    """Undo `spare_what_stays`. The server has ended, but the process may go on."""
    gc.unfreeze()
    gc.set_threshold(*PYTHONS_OWN)
