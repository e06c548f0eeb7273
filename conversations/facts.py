"""What a condition may ask of a conversation and its customer: one account for routing rules and deadlines."""

from conversations.model import Conversation, Profile
from hub.conditions import Fact


def facts_of(conversation: Conversation, profile: Profile | None) -> dict[str, Fact]:
    """Return the facts by field; without a profile nothing is known of the customer.

    `customer_level` is the attribute `level` of the profile.
    """
    return {
        "channel": conversation.address.channel,
        "inbox": conversation.inbox,
        "team": conversation.team,
        "priority": conversation.priority.value,
        "labels": conversation.labels,
        "language": conversation.language,
        "subject": conversation.subject,
        "customer_labels": profile.labels if profile else (),
        "customer_level": profile.attributes.get("level", "") if profile else "",
        "customer_company": profile.company if profile else "",
    }
