"""Who answers: the machine. One contract, Turn in, Say or Ask or Handoff or Silence out."""
