"""Make a key for Web Push: `python -m messenger.push_key`. Put it in .env, and never in git."""

import click
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

LINES = """\
# Browsers subscribe to this key. With another one, all devices have to subscribe again.
PARLEY_PUSH_KEY={key}
# Push services write to this address when something is wrong.
PARLEY_PUSH_CONTACT=mailto:you@example.com"""


def new_key() -> str:
    """Return a new private key: a number of 32 bytes, in base64."""
    vapid = Vapid02()
    vapid.generate_keys()
    number = vapid.private_key.private_numbers().private_value
    return str(b64urlencode(number.to_bytes(32, "big")))


if __name__ == "__main__":
    click.echo(LINES.format(key=new_key()))
