-- Vectors of one embedder and one space (what is searched together).
CREATE TABLE vector_set (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    space      TEXT NOT NULL,
    embedder   TEXT NOT NULL,
    dimension  INTEGER NOT NULL,
    count      INTEGER NOT NULL DEFAULT 0,
    last       INTEGER NOT NULL DEFAULT 0,  -- the last place given out
    deaths     INTEGER NOT NULL DEFAULT 0,  -- grows whenever a place is given up
    generation INTEGER NOT NULL DEFAULT 0,  -- names the snapshot in force; 0 = none
    ef         INTEGER NOT NULL DEFAULT 0,  -- measured; 0 = not yet
    UNIQUE (space, embedder, dimension)
);

-- A chunk gives out `capacity` places, id * 256 and up. Ids are never used again, so a place says for ever
-- which vector it meant.
CREATE TABLE vector_chunk (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    set_id   INTEGER NOT NULL REFERENCES vector_set ON DELETE CASCADE,
    capacity INTEGER NOT NULL,
    used     INTEGER NOT NULL DEFAULT 0,
    dead     INTEGER NOT NULL DEFAULT 0,
    gone     BLOB NOT NULL                  -- one bit a slot
);
CREATE INDEX vector_chunk_of_set ON vector_chunk (set_id, id);

-- Owners' row ids (capacity * i64), then coded rows (capacity * stride; lib/index/code.hpp).
CREATE TABLE vector_codes (
    chunk INTEGER PRIMARY KEY REFERENCES vector_chunk ON DELETE CASCADE,
    slots BLOB NOT NULL
);

CREATE TABLE vector_row (
    place  INTEGER PRIMARY KEY,
    set_id INTEGER NOT NULL,
    row    INTEGER NOT NULL,
    vector BLOB NOT NULL                    -- dimension * f32, little-endian
);
CREATE UNIQUE INDEX vector_row_of_set ON vector_row (set_id, row);
