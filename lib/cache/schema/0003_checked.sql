-- XXH3 of the answer's bytes; NULL: stored by a release that kept none.
ALTER TABLE answer ADD COLUMN hash INTEGER;
-- What the entry's vectors take; part of `bytes`.
ALTER TABLE entry ADD COLUMN vector_bytes INTEGER NOT NULL DEFAULT 0;
-- Few decisions are judged, and each look-up by similarity asks for those of its candidates.
CREATE INDEX decision_judged ON decision (entry) WHERE right IS NOT NULL;
-- Mostly empty, which tells that none of them need be asked about.
CREATE INDEX decision_wrong ON decision (entry) WHERE right = 0;
