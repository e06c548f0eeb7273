"""Who answers: the person. Policy is pure; presence, offers and queues are rows."""
