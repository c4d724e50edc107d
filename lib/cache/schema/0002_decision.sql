-- A question that an entry's answer might have fitted: what was known, what was decided, and what came of it (learned.hpp).
CREATE TABLE decision (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    hash      INTEGER NOT NULL,  -- the first eight bytes of `key`
    key       BLOB NOT NULL,     -- of the question that was asked
    space     INTEGER NOT NULL REFERENCES space,
    entry     INTEGER NOT NULL REFERENCES entry ON DELETE CASCADE,
    score     REAL NOT NULL,
    record_right INTEGER NOT NULL,  -- the entry's outcomes until then
    record_wrong INTEGER NOT NULL,
    agreeing  INTEGER NOT NULL,
    differing INTEGER NOT NULL,
    explored  INTEGER NOT NULL,  -- 0: the entry's answer was given; 1: the question was to be answered anew
    bound     REAL,              -- where one was given: the share of wrong answers that was allowed
    risk      REAL,              -- where there was a bound and something was known
    made      INTEGER NOT NULL,  -- milliseconds since 1970
    right     INTEGER            -- whether the entry's answer was, or would have been, right; NULL: not known
);
CREATE INDEX decision_of_question ON decision (hash);
CREATE INDEX decision_of_entry ON decision (entry);
CREATE INDEX decision_of_space ON decision (space);
CREATE INDEX decision_outcome ON decision (space) WHERE right IS NOT NULL;
