-- Sign-ins to applications by OpenID Connect: what signs them, what was given, who is still to be told.

CREATE TABLE oidc_keys (
    -- SHA-256 thumbprint of the public key.
    id TEXT PRIMARY KEY NOT NULL,
    -- PKCS #8, sealed with the key in the data folder.
    private_sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- When nothing counts any more that it has signed. NULL: it is the one that signs.
    leaves_at BIGINT
);

-- A sign-in to an application as the application knows it: `sid` in its tokens. Gone when the session is over.
CREATE TABLE oidc_sign_ins (
    id TEXT PRIMARY KEY NOT NULL,
    -- The sign-in here: its cookie_hash.
    sign_in TEXT NOT NULL,
    agent_id TEXT NOT NULL REFERENCES applications (agent_id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The WebSSO session; after a restart it is another one.
    session_id TEXT NOT NULL REFERENCES sessions (id),
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX oidc_sign_ins_of ON oidc_sign_ins (sign_in, agent_id);
CREATE INDEX oidc_sign_ins_by_session ON oidc_sign_ins (session_id);

CREATE TABLE oidc_codes (
    -- SHA-256, hexadecimal.
    code_hash TEXT PRIMARY KEY NOT NULL,
    sid TEXT NOT NULL REFERENCES oidc_sign_ins (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    scope TEXT NOT NULL,
    nonce TEXT,
    expires_at BIGINT NOT NULL,
    -- When somebody came with it, rightly or not: it is good for nothing from then on.
    used_at BIGINT
);

CREATE INDEX oidc_codes_by_sign_in ON oidc_codes (sid);

CREATE TABLE oidc_tokens (
    -- SHA-256 of the access token, hexadecimal.
    token_hash TEXT PRIMARY KEY NOT NULL,
    sid TEXT NOT NULL REFERENCES oidc_sign_ins (id) ON DELETE CASCADE,
    -- The code that it was given for.
    code_hash TEXT NOT NULL,
    scope TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX oidc_tokens_by_sign_in ON oidc_tokens (sid);
CREATE INDEX oidc_tokens_by_code ON oidc_tokens (code_hash);

-- Applications that are still to be told that a session has ended.
CREATE TABLE oidc_logouts (
    sid TEXT PRIMARY KEY NOT NULL,
    agent_id TEXT NOT NULL REFERENCES applications (agent_id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    ended_at BIGINT NOT NULL
);
