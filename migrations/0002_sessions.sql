-- Every session, open and ended: the list of the page now, the access log later. What describes a
-- session is copied into its row, so that the log still says what was true then.

CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    user_name TEXT NOT NULL,
    full_name TEXT NOT NULL,
    device TEXT NOT NULL,
    client TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    type TEXT NOT NULL,
    port BIGINT NOT NULL,
    service_url TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id) ON DELETE SET NULL,
    account_name TEXT NOT NULL,
    service_provider TEXT NOT NULL,
    agent TEXT,
    jump_server_group TEXT,
    node TEXT NOT NULL,
    watch_policy TEXT NOT NULL,
    -- 1: there is something to watch.
    has_screen BIGINT NOT NULL,
    watchers BIGINT NOT NULL,
    last_active_at BIGINT NOT NULL,
    -- Somebody without a way to the node (the command line) wants it ended.
    end_requested_at BIGINT,
    end_requested_by TEXT,
    end_requested_note TEXT,
    ended_at BIGINT,
    end_reason TEXT,
    ended_by TEXT,
    end_note TEXT
);

CREATE INDEX sessions_open ON sessions (node, started_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_end_requested ON sessions (node)
    WHERE end_requested_at IS NOT NULL AND ended_at IS NULL;
CREATE INDEX sessions_by_start ON sessions (started_at, id);
CREATE INDEX sessions_by_user ON sessions (user_id, started_at);
CREATE INDEX sessions_by_account ON sessions (account_id, started_at);
CREATE INDEX sessions_by_type ON sessions (type, started_at);

-- Web sign-ins, each with its CONSOLE session.
CREATE TABLE web_sign_ins (
    -- SHA-256 of the cookie, hexadecimal.
    cookie_hash TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX web_sign_ins_by_user ON web_sign_ins (user_id);
CREATE INDEX web_sign_ins_by_session ON web_sign_ins (session_id);

-- Never changed, never removed: each event's hash covers its fields and the hash of the event before it.
CREATE TABLE audit_events (
    id TEXT PRIMARY KEY NOT NULL,
    -- 1, 2, 3, … in the order in which they were written.
    number BIGINT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    actor_id TEXT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    session_id TEXT,
    device TEXT,
    detail TEXT NOT NULL,
    -- SHA-256, hexadecimal.
    hash TEXT NOT NULL
);

-- How many events were written.
INSERT INTO meta (key, value) VALUES ('audit_events', 0);

CREATE INDEX audit_events_by_time ON audit_events (at, number);
CREATE INDEX audit_events_by_session ON audit_events (session_id, number);
CREATE INDEX audit_events_by_action ON audit_events (action, number);
CREATE INDEX audit_events_by_actor ON audit_events (actor, number);
