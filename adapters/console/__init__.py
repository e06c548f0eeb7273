"""Console: signed JSON over HTTP, for programs, developers, the soak and the bench."""
