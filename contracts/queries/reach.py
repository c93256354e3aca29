"""Which addresses a message about a contract would go to; nothing is written to find out."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.contrib.auth import get_user_model

from contracts.models import Destination
from contracts.queries import recipients
from contracts.rules.vocabulary import ChannelKind

Levels = dict[int, list[list[str]]]


def reach_of(contract_ids: Collection[int]) -> Levels:
    """Return for each contract the addresses of its levels, the nearest first, without empty ones.

    Source: R11.
    """
    levels = recipients.levels_of(contract_ids)
    addresses = addresses_of({user for each in levels.values() for level in each for user in level})
    reached = {
        contract: [[place for user in level for place in addresses[user]] for level in of_one]
        for contract, of_one in levels.items()
    }
    return {contract: [level for level in each if level] for contract, each in reached.items()}


def addresses_of(user_ids: Iterable[int]) -> defaultdict[int, list[str]]:
    """Return the active e-mail addresses of each user; who recorded none is told at their own.

    Somebody who switched all of theirs off has none.
    """
    wanted = set(user_ids)
    found: defaultdict[int, list[str]] = defaultdict(list)
    recorded = set()
    places = Destination.objects.filter(kind=ChannelKind.EMAIL, owner__in=wanted).order_by("pk")
    for user, address, is_active in places.values_list("owner", "address", "is_active"):
        recorded.add(user)
        if is_active:
            found[user].append(address)
    people = get_user_model()._default_manager.filter(pk__in=wanted - recorded)
    own = dict(people.values_list("pk", "email"))
    off = Destination.objects.filter(kind=ChannelKind.EMAIL, address__in=own.values())
    closed = set(off.filter(is_active=False).values_list("address", flat=True))
    found.update({user: [address] for user, address in own.items() if address not in closed})
    return found
