-- What desktops on an account may do: whether a recording has the keys that are pressed, and whether text goes from
-- clipboard to clipboard. Of no meaning for other accounts.

ALTER TABLE accounts ADD COLUMN record_keys BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN clipboard BIGINT NOT NULL DEFAULT 1;
