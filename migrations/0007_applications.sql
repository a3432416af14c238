-- Web applications that people sign in to with Sightline: what else there is to an agent of that kind.

CREATE TABLE applications (
    agent_id TEXT PRIMARY KEY NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    -- SHA-256 of the client secret, hexadecimal.
    secret_hash TEXT NOT NULL,
    secret_set_at BIGINT NOT NULL,
    -- Who may sign in: everybody; granted: who owns or may use an account on the agent.
    open_to TEXT NOT NULL,
    -- Where it is told that a session has ended.
    back_channel_url TEXT
);

-- Where a browser may be sent, compared to the letter.
CREATE TABLE application_addresses (
    agent_id TEXT NOT NULL REFERENCES applications (agent_id) ON DELETE CASCADE,
    -- after: sign-in, sign-out
    after TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (agent_id, after, url)
);

-- WebSSO sessions: one for each sign-in and application.
CREATE TABLE application_sign_ins (
    -- The sign-in's cookie_hash.
    sign_in TEXT NOT NULL REFERENCES web_sign_ins (cookie_hash) ON DELETE CASCADE,
    agent_id TEXT NOT NULL REFERENCES applications (agent_id) ON DELETE CASCADE,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    -- SHA-256 of the cookie that the browser has for the application's host, hexadecimal. NULL: it has none.
    cookie_hash TEXT UNIQUE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (sign_in, agent_id)
);

CREATE INDEX application_sign_ins_by_session ON application_sign_ins (session_id);
