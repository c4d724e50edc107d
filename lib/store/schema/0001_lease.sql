CREATE TABLE lease (
    name  TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until INTEGER NOT NULL  -- milliseconds since 1970
) WITHOUT ROWID;
