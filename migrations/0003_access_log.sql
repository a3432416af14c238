-- The access log: every session, newest first, page by page. Each filter has an index that goes on with the
-- order of the pages, so that a page reads about as many rows as it shows; what follows there is what other
-- filters look at, so that rows which those refuse are never fetched. No column in them ever changes.

DROP INDEX sessions_by_user;
DROP INDEX sessions_by_account;
DROP INDEX sessions_by_type;

CREATE INDEX sessions_by_user ON sessions (user_id, started_at, id, type, agent, account_name);
CREATE INDEX sessions_by_account ON sessions (account_id, started_at, id, user_id, type, agent, account_name)
    WHERE account_id IS NOT NULL;
CREATE INDEX sessions_by_type ON sessions (type, started_at, id);
CREATE INDEX sessions_by_agent ON sessions (agent, started_at, id, type) WHERE agent IS NOT NULL;
CREATE INDEX sessions_by_login ON sessions (account_name, started_at, id, type);
CREATE INDEX sessions_by_login_on_agent ON sessions (agent, account_name, started_at, id, type)
    WHERE agent IS NOT NULL;
CREATE INDEX sessions_open_by_start ON sessions (started_at, id) WHERE ended_at IS NULL;

-- Who has watched a session: once for each of them. Written with the audit event that says so.
CREATE TABLE session_watches (
    session_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    -- When the event was written that first said so.
    noted_at BIGINT NOT NULL,
    PRIMARY KEY (session_id, user_name)
);

INSERT INTO session_watches (session_id, user_name, noted_at)
    SELECT session_id, actor, MIN(at) FROM audit_events
    WHERE action = 'watched' AND session_id IS NOT NULL
    GROUP BY session_id, actor;
