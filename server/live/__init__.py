"""The agents' live socket (docs/protocols.md, section 2): hints from the store and the bus become numbered frames."""
