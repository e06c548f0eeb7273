"""Staff: users, teams, roles, permissions, sessions, tokens, audit."""
