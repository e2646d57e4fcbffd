"""krait: the stand-in for psycopg2's module, over the protocol that PostgreSQL documents (version 3.0)."""
