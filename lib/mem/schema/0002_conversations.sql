-- Conversations, each turn for ever; what a model is shown of them is made by pack. The turns are a tree, because one can be
-- answered anew, and each is known by all that led to it: a history given again adds nothing.
CREATE TABLE conversation (
    id    INTEGER PRIMARY KEY,
    space INTEGER NOT NULL REFERENCES space,
    name  TEXT NOT NULL,
    UNIQUE (space, name)
);

CREATE TABLE turn (
    id           INTEGER PRIMARY KEY,           -- also its row in turn_words
    conversation INTEGER NOT NULL REFERENCES conversation,
    parent       INTEGER REFERENCES turn,       -- the turn before it; null at the beginning
    ordinal      INTEGER NOT NULL,              -- from 0
    key          BLOB NOT NULL,                 -- SHA-256 of the parent's key and of message
    role         TEXT NOT NULL,
    message      TEXT NOT NULL,                 -- JSON, OpenAI's shape
    text         TEXT NOT NULL,                 -- what was said
    time         INTEGER NOT NULL,
    learned      INTEGER NOT NULL DEFAULT 0,    -- facts have been drawn from it
    UNIQUE (conversation, key)
);
CREATE INDEX turn_by_time ON turn (time);

CREATE VIRTUAL TABLE turn_words USING fts5(text, content='', tokenize="porter unicode61 remove_diacritics 2");

-- The turns up to and with `through`, in short. Made when `made_at` was the last turn; it counts for histories with both.
CREATE TABLE summary (
    id           INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversation,
    through      INTEGER NOT NULL REFERENCES turn,
    made_at      INTEGER NOT NULL REFERENCES turn,
    text         TEXT NOT NULL,
    made_by      TEXT NOT NULL,                 -- a model; builtin/summary is none
    time         INTEGER NOT NULL,
    UNIQUE (conversation, through, made_at, made_by)
);

-- Core blocks: always in a model's sight, edited by it and by people. `core` is the present state, `core_version` the history.
CREATE TABLE core_version (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    change    INTEGER NOT NULL REFERENCES change,
    space     INTEGER NOT NULL,
    label     TEXT NOT NULL,
    alive     INTEGER NOT NULL DEFAULT 1,
    value     TEXT NOT NULL,
    about     TEXT NOT NULL DEFAULT '',
    bound     INTEGER NOT NULL,                 -- most characters (code points)
    read_only INTEGER NOT NULL DEFAULT 0        -- for the model; people may edit it
);
CREATE INDEX core_version_of_block ON core_version (space, label, id);
CREATE INDEX core_version_of_change ON core_version (change);

CREATE TABLE core (
    space   INTEGER NOT NULL REFERENCES space,
    label   TEXT NOT NULL,
    version INTEGER NOT NULL REFERENCES core_version,
    PRIMARY KEY (space, label)
) WITHOUT ROWID;

-- What learning would do, waiting for a person.
CREATE TABLE proposal (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    space   INTEGER NOT NULL REFERENCES space,
    kind    TEXT NOT NULL,                      -- add, supersede
    text    TEXT NOT NULL,
    target  INTEGER,                            -- the passage that would be superseded
    source  TEXT NOT NULL,                      -- the turn it was drawn from
    time    INTEGER NOT NULL,                   -- of the fact
    tags    TEXT,
    extra   TEXT,
    made_by TEXT NOT NULL,
    made    INTEGER NOT NULL,
    state   TEXT NOT NULL DEFAULT 'waiting',    -- waiting, accepted, rejected
    change  INTEGER REFERENCES change           -- what accepting it did
);
CREATE INDEX proposal_waiting ON proposal (id) WHERE state = 'waiting';

-- Tool calls that were carried out: a record given again after a kill gets the same result and nothing is done twice.
CREATE TABLE applied (
    key    TEXT PRIMARY KEY,                    -- SHA-256 of namespace, the record's id, its turns and the call
    result TEXT NOT NULL,                       -- what the model was told
    time   INTEGER NOT NULL
) WITHOUT ROWID;

-- Turns of records and of the journal that facts have been drawn from.
CREATE TABLE learned (
    key  TEXT PRIMARY KEY,                      -- SHA-256 of namespace, conversation, role and text
    time INTEGER NOT NULL
) WITHOUT ROWID;

-- What people set right.
CREATE TABLE correction (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    change   INTEGER NOT NULL REFERENCES change,
    passage  INTEGER NOT NULL,
    question TEXT,                              -- what was asked when the mistake was seen
    before   TEXT NOT NULL,
    after    TEXT NOT NULL
);
CREATE INDEX correction_of_change ON correction (change);
