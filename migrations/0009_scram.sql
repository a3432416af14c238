-- What the PostgreSQL gateway checks a password with (SCRAM-SHA-256), sealed with the key of the data folder for
-- the user and the hash of that very password: with another password it does not open any more.

CREATE TABLE scram_verifiers (
    user_id TEXT PRIMARY KEY NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    verifier_sealed TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
