-- Labelled prompts of one file, made into vectors by one embedder. A file that changes becomes a new set; the old one stays for a while,
-- for processes that still read it. All of it can be made anew.
CREATE TABLE example_set (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    file     TEXT NOT NULL,      -- absolute path
    embedder TEXT NOT NULL,
    content  TEXT NOT NULL,      -- 128 bits of hash, hexadecimal
    UNIQUE (file, embedder, content)
);

-- Its vectors stand in the index under the same ids, in space "examples ID".
CREATE TABLE example (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    example_set INTEGER NOT NULL REFERENCES example_set ON DELETE CASCADE,
    label       TEXT NOT NULL
);
CREATE INDEX example_of_set ON example (example_set);
