-- Times are microseconds since 1970, money is billionths of a dollar.
CREATE TABLE bucket (
    name TEXT PRIMARY KEY,
    full INTEGER NOT NULL  -- when all that was taken will have flowed back, nanoseconds since 1970
) WITHOUT ROWID;

CREATE TABLE endpoint (
    name     TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,  -- calls in a row without an answer
    failed   INTEGER NOT NULL,  -- the last of them
    until    INTEGER NOT NULL,  -- nobody asks before; 0: open to all
    span     INTEGER NOT NULL,  -- how long it was closed the last time
    probing  INTEGER NOT NULL,  -- whether somebody is trying it meanwhile
    why      TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE day (
    name  TEXT PRIMARY KEY,  -- 2026-11-24, local time
    spent INTEGER NOT NULL,
    calls INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE run (
    id      INTEGER PRIMARY KEY,
    tool    TEXT NOT NULL,
    cap     INTEGER,  -- null: bound by the day only
    spent   INTEGER NOT NULL,
    began   INTEGER NOT NULL,
    pid     INTEGER NOT NULL,
    started INTEGER NOT NULL,
    boot    TEXT NOT NULL
);

CREATE TABLE reservation (
    id      INTEGER PRIMARY KEY,
    run     INTEGER NOT NULL,
    day     TEXT NOT NULL,
    amount  INTEGER NOT NULL,
    sent    INTEGER NOT NULL,
    model   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    pid     INTEGER NOT NULL,
    started INTEGER NOT NULL,
    boot    TEXT NOT NULL
);
CREATE INDEX reservation_of_day ON reservation (day, amount);
CREATE INDEX reservation_of_run ON reservation (run, amount);

CREATE TABLE flight (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    key     TEXT NOT NULL,
    outcome TEXT,  -- null: still in the air
    waiting INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    pid     INTEGER NOT NULL,
    started INTEGER NOT NULL,
    boot    TEXT NOT NULL
);
CREATE UNIQUE INDEX flight_in_the_air ON flight (key) WHERE outcome IS NULL;
