"""Everything that is stored, by every room: what `Store.open` makes ready and `yizhan migrate` moves."""

from accounts.services import COLLECTIONS as ACCOUNTS
from bots.wiring import COLLECTIONS as BOTS
from conversations.canned import CANNED
from conversations.consent import OPT_OUTS
from conversations.inboxes import INBOXES
from conversations.labels import LABELS
from conversations.model import CONVERSATIONS, DRAFTS, MESSAGES, PROFILES, READ_MARKS
from conversations.raws import RAWS
from desk.wiring import COLLECTIONS as DESK
from hub.leases import LEASES
from hub.marks import MARKS
from hub.store.port import Collection, Document
from hub.tokens import TOKENS
from hub.work.jobs import JOBS
from routing.wiring import COLLECTIONS as ROUTING
from server.chat.uploads import UPLOADS
from server.quarantine import QUARANTINE
from server.simulations.rows import SIMULATIONS
from server.vitals import VITALS

EVERYTHING: tuple[Collection[Document], ...] = (
    JOBS,
    *ACCOUNTS,
    INBOXES,
    PROFILES,
    CONVERSATIONS,
    MESSAGES,
    DRAFTS,
    READ_MARKS,
    CANNED,
    LABELS,
    OPT_OUTS,
    RAWS,
    *ROUTING,
    *BOTS,
    *DESK,
    SIMULATIONS,
    QUARANTINE,
    UPLOADS,
    TOKENS,
    MARKS,
    LEASES,
    VITALS,
)
