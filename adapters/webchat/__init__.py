"""Web chat, the channel that lives inside the hub: endpoints in `server/chat`, the page in `web/widget`."""
