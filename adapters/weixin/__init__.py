"""What the WeChat channels share: the envelope around a push, XML, and calls to WeChat's servers. No channel itself."""
