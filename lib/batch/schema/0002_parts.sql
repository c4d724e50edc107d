ALTER TABLE job ADD COLUMN sum TEXT NOT NULL DEFAULT '';  -- SHA-256 of flags, lines and requests: the same submission again
ALTER TABLE job ADD COLUMN cancelled INTEGER;             -- when it was given up

-- States besides those above: waiting, to be sent again by whoever collects.
ALTER TABLE part ADD COLUMN server TEXT NOT NULL DEFAULT '';        -- whose ids `remote` is one of: the base URL
ALTER TABLE part ADD COLUMN rates TEXT NOT NULL DEFAULT '';         -- JSON, batch/rates.hpp: the price on the day it was submitted
ALTER TABLE part ADD COLUMN supposed INTEGER NOT NULL DEFAULT 0;    -- 1 until its results prove that `remote` is this part's batch
ALTER TABLE part ADD COLUMN over INTEGER NOT NULL DEFAULT 0;        -- when the attempt to send it that failed was over; when it was seen to have ended
ALTER TABLE part ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;       -- how often it was turned down for want of room
ALTER TABLE part ADD COLUMN why TEXT NOT NULL DEFAULT '';           -- why it waits
ALTER TABLE part ADD COLUMN files TEXT NOT NULL DEFAULT '[]';       -- JSON list of ids: what its results stand in there

-- No batch is two parts'. What is taken in may be known by an id that a small server gives again.
CREATE UNIQUE INDEX part_of_batch ON part (server, remote) WHERE server <> '' AND remote <> '' AND state IN ('sent', 'ended');

-- Batches that a part had and has no more: another's, or turned down.
CREATE TABLE past (
    part   INTEGER NOT NULL REFERENCES part ON DELETE CASCADE,
    remote TEXT NOT NULL,
    PRIMARY KEY (part, remote)
) WITHOUT ROWID;

-- What requests have beside what their lines say: JSON {options, system}, of an alias, and max_tokens of a budget.
CREATE TABLE shape (
    id   INTEGER PRIMARY KEY,
    job  TEXT NOT NULL REFERENCES job ON DELETE CASCADE,
    text TEXT NOT NULL
);

ALTER TABLE item ADD COLUMN shape INTEGER;   -- null: nothing
ALTER TABLE item ADD COLUMN input INTEGER NOT NULL DEFAULT 0;   -- tokens at worst
ALTER TABLE item ADD COLUMN output INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN cost INTEGER;    -- what the budget takes it to have cost, known when it has answer or error
