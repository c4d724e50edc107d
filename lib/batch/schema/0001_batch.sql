-- Batches handed over to providers: what was read, what it was split into, what came back.
-- Times are microseconds since 1970, money is billionths of a dollar.
CREATE TABLE job (
    id        TEXT PRIMARY KEY,   -- ULID; begins the custom_id of every request
    made      INTEGER NOT NULL,
    reading   INTEGER NOT NULL,   -- 1 until the whole input is here; then nothing of it was sent yet
    collected INTEGER,            -- when its records were first written out whole
    flags     TEXT NOT NULL,      -- JSON: what of the command line matters to the answers
    pid       INTEGER NOT NULL,   -- who works on it now; 0: nobody
    started   INTEGER NOT NULL,
    boot      TEXT NOT NULL
) WITHOUT ROWID;

-- One batch of the provider.
CREATE TABLE part (
    id       INTEGER PRIMARY KEY,
    job      TEXT NOT NULL REFERENCES job ON DELETE CASCADE,
    number   INTEGER NOT NULL,    -- from 1
    model    TEXT NOT NULL,       -- provider/name
    requests INTEGER NOT NULL DEFAULT 0,
    worst    INTEGER NOT NULL DEFAULT 0,
    state    TEXT NOT NULL,       -- ready, sending, sent, ended, fetched
    tried    INTEGER NOT NULL DEFAULT 0,  -- when sending it began
    staged   TEXT NOT NULL DEFAULT '',    -- the provider's id of the uploaded file
    remote   TEXT NOT NULL DEFAULT '',    -- the provider's id of the batch
    status   TEXT NOT NULL DEFAULT '',    -- the provider's word
    done     INTEGER NOT NULL DEFAULT 0,
    failed   INTEGER NOT NULL DEFAULT 0,
    charged  INTEGER NOT NULL DEFAULT 0,  -- what the budget was charged, to be corrected when the usage is known
    day      TEXT NOT NULL DEFAULT '',
    UNIQUE (job, number)
);

-- One line of the output.
CREATE TABLE item (
    job    TEXT NOT NULL REFERENCES job ON DELETE CASCADE,
    place  INTEGER NOT NULL,      -- from 1, in the order of the input
    line   TEXT NOT NULL,         -- the record as it leaves, without its answer
    part   INTEGER REFERENCES part,  -- null: not asked
    body   TEXT,                  -- of the request, until it is sent
    answer TEXT,                  -- `response` as JSON
    error  TEXT,                  -- `error` as JSON
    PRIMARY KEY (job, place)
) WITHOUT ROWID;
CREATE INDEX item_of_part ON item (part) WHERE part IS NOT NULL;
