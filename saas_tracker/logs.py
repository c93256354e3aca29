"""What must not reach a log: the addresses of calendar feeds are secrets."""

import logging
import re

FEED_ADDRESS = re.compile(r"(/contracts/feeds/)[^\s?#\"']+")


class WithoutSecrets(logging.Filter):
    """Strikes out the secret of a feed's address in every line, ours, Django's or a server's."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        clean = FEED_ADDRESS.sub(r"\1…", said)
        if clean != said:
            record.msg, record.args = clean, ()
        return True
