"""WeChat mini-program (小程序): the customer-service messages of its own contact button."""
