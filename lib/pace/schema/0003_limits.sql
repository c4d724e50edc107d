-- A bucket for each limit, because the time that something takes to flow back depends on it.
DROP TABLE bucket;
CREATE TABLE bucket (
    name     TEXT NOT NULL,
    a_minute REAL NOT NULL,     -- the limit
    full     INTEGER NOT NULL,  -- when all that was taken will have flowed back, nanoseconds since 1970
    taken    INTEGER NOT NULL,  -- when it was last taken from
    PRIMARY KEY (name, a_minute)
) WITHOUT ROWID;
