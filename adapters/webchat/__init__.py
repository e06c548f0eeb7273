"""Web chat: the channel that lives inside the hub; its endpoints are in `server/chat`, its page in `web/widget`."""
