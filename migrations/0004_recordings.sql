-- Which sessions are recorded. The recordings themselves are files in the data folder.

-- recording: required, wanted, off
ALTER TABLE accounts ADD COLUMN recording TEXT NOT NULL DEFAULT 'wanted';

-- 1: there is, or was, a recording.
ALTER TABLE sessions ADD COLUMN recorded BIGINT NOT NULL DEFAULT 0;
