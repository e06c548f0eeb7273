"""What people do with conversations, put together once per process: the services of that floor."""

from msgspec import Struct

from conversations.acts import Acts
from conversations.canned import CannedReplies
from conversations.deliveries import Deliveries
from conversations.drafts import Drafts
from conversations.inboxes import Inboxes
from conversations.labels import Labels
from conversations.limits import Limits
from conversations.lists import Lists
from conversations.profiles import Profiles
from conversations.reading import Reading
from conversations.receive import Receive
from conversations.reply import Replies
from conversations.search import Search
from conversations.snoozes import Alarms
from conversations.transcripts import Transcripts
from conversations.whispers import Whispers
from hub.clock import Clock
from hub.events import Events
from hub.store.port import Store


class Talks(Struct, frozen=True, kw_only=True):
    """The services. Made by `build`."""

    acts: Acts
    alarms: Alarms
    canned: CannedReplies
    deliveries: Deliveries
    drafts: Drafts
    history: Transcripts
    inboxes: Inboxes
    labels: Labels
    limits: Limits
    lists: Lists
    profiles: Profiles
    reading: Reading
    receive: Receive
    replies: Replies
    search: Search
    whispers: Whispers


def build(store: Store, events: Events, clock: Clock, limits: Limits) -> Talks:
    """Put the services together."""
    return Talks(
        acts=Acts(store, events, clock, limits),
        alarms=Alarms(store, events),
        canned=CannedReplies(store),
        deliveries=Deliveries(store),
        drafts=Drafts(store, clock),
        history=Transcripts(store),
        inboxes=Inboxes(store, clock),
        labels=Labels(store),
        limits=limits,
        lists=Lists(store),
        profiles=Profiles(store),
        reading=Reading(store, clock),
        receive=Receive(store, events, limits),
        replies=Replies(store, events, clock, limits),
        search=Search(store),
        whispers=Whispers(store, events, clock),
    )
