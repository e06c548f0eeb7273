"""Mail as a channel: mailboxes by IMAP and SMTP, and an inbound door over HTTP and LMTP."""
