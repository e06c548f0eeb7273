"""Weibo fan service (粉丝服务): signed JSON pushes in, form posts out."""
