-- What a day was charged before the true cost was known (a batch): by name, so that it is charged and settled once.
CREATE TABLE charge (
    name   TEXT PRIMARY KEY,
    day    TEXT NOT NULL,
    amount INTEGER NOT NULL,
    model  TEXT NOT NULL,
    at     INTEGER NOT NULL
) WITHOUT ROWID;
