"""WeChat customer service (微信客服): a bell rings, messages are pulled, answers are sent under our own ids."""
