-- Sessions that other systems report. An agent has at most one token for it; a session's user may be nobody
-- that is known here; a session is named by its source, once for ever, by a key of the source's own.

CREATE TABLE agent_tokens (
    agent_id TEXT PRIMARY KEY NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    -- SHA-256 of the token, hexadecimal.
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);

-- No statement takes NOT NULL from a column on both databases: the column is made anew.
DROP INDEX sessions_by_user;
DROP INDEX sessions_by_account;
ALTER TABLE sessions RENAME COLUMN user_id TO known_user_id;
-- NULL: user_name is what a source has reported, and nobody here.
ALTER TABLE sessions ADD COLUMN user_id TEXT REFERENCES users (id);
UPDATE sessions SET user_id = known_user_id;
ALTER TABLE sessions DROP COLUMN known_user_id;
CREATE INDEX sessions_by_user ON sessions (user_id, started_at, id, type, agent, account_name);
CREATE INDEX sessions_by_account ON sessions (account_id, started_at, id, user_id, type, agent, account_name)
    WHERE account_id IS NOT NULL;
CREATE INDEX sessions_by_reported_user ON sessions (user_name, started_at, id) WHERE user_id IS NULL;

-- Which agent reports it, under which key; NULL: it runs through a gateway or is a sign-in here.
ALTER TABLE sessions ADD COLUMN source_id TEXT REFERENCES agents (id);
ALTER TABLE sessions ADD COLUMN source_key TEXT;
-- After how many seconds of silence it is over.
ALTER TABLE sessions ADD COLUMN lease_seconds BIGINT;
-- What became of end_requested_at. NULL: nobody has told the source yet; waiting, silent, refused.
ALTER TABLE sessions ADD COLUMN end_state TEXT;
-- Why the source refused.
ALTER TABLE sessions ADD COLUMN end_answer TEXT;

CREATE UNIQUE INDEX sessions_by_source ON sessions (source_id, source_key) WHERE source_key IS NOT NULL;
