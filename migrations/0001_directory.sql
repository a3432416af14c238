-- Who there is and what they may do. TEXT and BIGINT columns alone: runs on SQLite and PostgreSQL.
-- Ids are UUIDv7, times are Unix milliseconds, yes and no are 1 and 0.

CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value BIGINT NOT NULL
);

-- Counts the changes of everything in this file.
INSERT INTO meta (key, value) VALUES ('directory_epoch', 0);

CREATE TABLE roles (
    name TEXT PRIMARY KEY NOT NULL,
    -- 1: one of the four that the product brings.
    built_in BIGINT NOT NULL
);

-- scope: none, own, all. A privilege without a row is none.
CREATE TABLE role_privileges (
    role TEXT NOT NULL REFERENCES roles (name) ON DELETE CASCADE,
    privilege TEXT NOT NULL,
    scope TEXT NOT NULL,
    PRIMARY KEY (role, privilege)
);

INSERT INTO roles (name, built_in) VALUES ('user', 1), ('operator', 1), ('auditor', 1), ('admin', 1);

INSERT INTO role_privileges (role, privilege, scope) VALUES
    ('user', 'see', 'own'),
    ('user', 'watch', 'own'),
    ('user', 'control', 'own'),
    ('user', 'terminate', 'own'),
    ('user', 'replay', 'own'),
    ('user', 'read_audit', 'none'),
    ('user', 'manage', 'none'),
    ('operator', 'see', 'all'),
    ('operator', 'watch', 'all'),
    ('operator', 'control', 'all'),
    ('operator', 'terminate', 'all'),
    ('operator', 'replay', 'all'),
    ('operator', 'read_audit', 'none'),
    ('operator', 'manage', 'none'),
    ('auditor', 'see', 'all'),
    ('auditor', 'watch', 'all'),
    ('auditor', 'control', 'none'),
    ('auditor', 'terminate', 'none'),
    ('auditor', 'replay', 'all'),
    ('auditor', 'read_audit', 'all'),
    ('auditor', 'manage', 'none'),
    ('admin', 'see', 'all'),
    ('admin', 'watch', 'all'),
    ('admin', 'control', 'all'),
    ('admin', 'terminate', 'all'),
    ('admin', 'replay', 'all'),
    ('admin', 'read_audit', 'all'),
    ('admin', 'manage', 'all');

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    -- The name in lower case: unique.
    name_key TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL REFERENCES roles (name),
    -- argon2id, PHC form.
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE public_keys (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- SHA256:…
    fingerprint TEXT NOT NULL,
    -- TYPE BASE64
    public_key TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, fingerprint)
);

CREATE TABLE jump_server_groups (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE
);

CREATE TABLE agents (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    service_url TEXT NOT NULL,
    host TEXT NOT NULL,
    port BIGINT NOT NULL,
    group_id TEXT REFERENCES jump_server_groups (id),
    created_at BIGINT NOT NULL
);

-- The host key that an agent must show.
CREATE TABLE host_keys (
    agent_id TEXT PRIMARY KEY NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    -- TYPE BASE64
    public_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    -- given, or first use
    origin TEXT NOT NULL,
    pinned_at BIGINT NOT NULL
);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY NOT NULL,
    agent_id TEXT NOT NULL REFERENCES agents (id),
    login TEXT NOT NULL,
    -- password, or private key
    secret_kind TEXT NOT NULL,
    -- XChaCha20-Poly1305 under the key in the data folder.
    secret_sealed TEXT NOT NULL,
    watch_policy TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (agent_id, login)
);

-- kind: owner, manager, user
CREATE TABLE grants (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, account_id, kind)
);

CREATE INDEX grants_by_account ON grants (account_id);

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- SHA-256 of the token, hexadecimal.
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);

CREATE INDEX api_tokens_by_user ON api_tokens (user_id);

CREATE TABLE preferences (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (user_id, key)
);
