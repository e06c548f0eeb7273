"""Tencent Cloud SMS: registered templates out; replies and receipts in."""
