-- A namespace. `entries` and `bytes` are kept by whoever adds or removes entries, in the same transaction.
CREATE TABLE space (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    epoch    INTEGER NOT NULL DEFAULT 0,  -- entries of an earlier one are never found again
    entries  INTEGER NOT NULL DEFAULT 0,
    bytes    INTEGER NOT NULL DEFAULT 0,
    exact    INTEGER NOT NULL DEFAULT 0,  -- look-ups by what came of them
    semantic INTEGER NOT NULL DEFAULT 0,
    missed   INTEGER NOT NULL DEFAULT 0,
    refused  INTEGER NOT NULL DEFAULT 0,  -- of the missed: similar, but refused
    saved    REAL NOT NULL DEFAULT 0      -- dollars the hits would have cost
);

-- One answer to one request; at temperature > 0 several, told apart by `sample`. Times are milliseconds since 1970.
CREATE TABLE entry (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    hash        INTEGER NOT NULL,            -- the first eight bytes of `key`
    sample      INTEGER NOT NULL,
    key         BLOB NOT NULL,               -- SHA-256
    space       INTEGER NOT NULL REFERENCES space,
    epoch       INTEGER NOT NULL,
    kind        INTEGER NOT NULL,            -- 0 a response, 1 an error
    created     INTEGER NOT NULL,
    expires     INTEGER,
    cost        REAL,
    bytes       INTEGER NOT NULL,
    model       TEXT,
    fingerprint TEXT,                        -- where it can be found by similarity: of all but the question
    UNIQUE (hash, sample)
);

CREATE TABLE answer (
    entry    INTEGER PRIMARY KEY REFERENCES entry ON DELETE CASCADE,
    question TEXT,
    answer   TEXT NOT NULL                   -- JSON: the record's `response`, or its `error`
);

-- Entries that were found.
CREATE TABLE entry_use (
    entry INTEGER PRIMARY KEY REFERENCES entry ON DELETE CASCADE,
    hits  INTEGER NOT NULL,
    used  INTEGER NOT NULL
);

CREATE TABLE entry_tag (
    tag   TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE,
    PRIMARY KEY (tag, entry)
) WITHOUT ROWID;
CREATE INDEX entry_tag_of_entry ON entry_tag (entry);
