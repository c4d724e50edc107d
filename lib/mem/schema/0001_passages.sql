-- What is remembered. Append-only underneath: `change` and `version` only ever grow; `passage` is the present state, made
-- of the last version of each passage that is alive. Times are milliseconds since 1970.

-- One act of one author: an add, an edit, an undo. What it did stands in its versions.
CREATE TABLE change (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    time   INTEGER NOT NULL,
    who    TEXT NOT NULL,
    verb   TEXT NOT NULL,                       -- add, edit, rm, mv, tag, pin, undo, learn, core …
    why    TEXT,
    undoes INTEGER REFERENCES change
);
CREATE INDEX change_undoes ON change (undoes) WHERE undoes IS NOT NULL;

CREATE TABLE space (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- What a passage was cut from. `key` says which document it is: a file's path, "id:" and the id of a record, or "=" and
-- the hash of a text without either.
CREATE TABLE document (
    id       INTEGER PRIMARY KEY,
    space    INTEGER NOT NULL REFERENCES space,
    key      TEXT NOT NULL,
    source   TEXT NOT NULL,
    hash     BLOB,                              -- of all that was taken in; null: look at it anew
    UNIQUE (space, key)
);

-- A passage after a change, whole; `alive` is 0 where the change removed it.
CREATE TABLE version (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    change   INTEGER NOT NULL REFERENCES change,
    passage  INTEGER NOT NULL,
    alive    INTEGER NOT NULL DEFAULT 1,
    space    INTEGER NOT NULL,
    document INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,                  -- place among the document's passages, from 0
    first    INTEGER NOT NULL,                  -- bytes [first, past) of the document
    past     INTEGER NOT NULL,
    line     INTEGER NOT NULL,                  -- of the document, from 1; 0: unknown
    parent   TEXT,                              -- headings, definition or speaker above it
    ref      TEXT,                              -- the record's id, as JSON
    text     TEXT NOT NULL,
    origin   BLOB NOT NULL,                     -- hash of the text as the document had it
    time     INTEGER NOT NULL,                  -- of the fact
    until    INTEGER,                           -- the fact held until then
    tags     TEXT,                              -- JSON list, sorted; null: none
    pinned   INTEGER NOT NULL DEFAULT 0,
    extra    TEXT                               -- JSON object: what else the record said
);
CREATE INDEX version_of_passage ON version (passage, id);
CREATE INDEX version_of_change ON version (change);

CREATE TABLE passage (
    id       INTEGER PRIMARY KEY,
    version  INTEGER NOT NULL REFERENCES version,
    space    INTEGER NOT NULL,
    document INTEGER NOT NULL,
    ordinal  INTEGER NOT NULL,
    hash     INTEGER NOT NULL,                  -- XXH3 of the text: equal ones are found once
    time     INTEGER NOT NULL,
    until    INTEGER,
    tags     TEXT,
    pinned   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX passage_of_document ON passage (document, ordinal);
CREATE INDEX passage_of_space ON passage (space, id);
CREATE INDEX passage_pinned ON passage (space) WHERE pinned;

-- Words. Rows are passages; nothing but the index itself is kept in it.
CREATE VIRTUAL TABLE passage_words USING fts5(text, title, content='', tokenize="porter unicode61 remove_diacritics 2");

-- Passages that have no vector yet; whoever has the embedder at hand makes them.
CREATE TABLE unembedded (
    passage INTEGER PRIMARY KEY
);

-- "embedder": what made the vectors.
CREATE TABLE trait (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
