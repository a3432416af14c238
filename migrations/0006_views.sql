-- Saved views of the tables: how a person arranged one, under a name; their own, or shared with everybody.

CREATE TABLE views (
    id TEXT PRIMARY KEY NOT NULL,
    -- Who saved it.
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Which table it is of: sessions.
    sheet TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The name without regard to case.
    name_key TEXT NOT NULL,
    -- 1: everybody sees it.
    shared BIGINT NOT NULL,
    -- The arrangement, JSON.
    value TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX views_of_user ON views (user_id, sheet, name_key) WHERE shared = 0;
CREATE UNIQUE INDEX views_shared ON views (sheet, name_key) WHERE shared = 1;
