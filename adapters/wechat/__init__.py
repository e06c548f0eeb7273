"""WeChat Official Account (公众号, 服务号): messages of followers, menus, scans, and what is written to them."""
