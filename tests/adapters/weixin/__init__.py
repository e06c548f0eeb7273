"""WeChat's shared pieces under test."""
