"""A channel of the tests with every verb there is, and a provider on loopback that says what a test wants."""
