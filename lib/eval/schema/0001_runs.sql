CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    suite TEXT NOT NULL,        -- its description, or its file's name
    fingerprint TEXT NOT NULL,  -- of prompts, models, cases and demands: runs of another suite are never compared
    time INTEGER NOT NULL,      -- milliseconds since 1970
    cases INTEGER NOT NULL,
    judged INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    figures TEXT NOT NULL       -- {name: number}: what is charted
) STRICT;
CREATE INDEX run_by_suite ON run (suite, fingerprint, id);
