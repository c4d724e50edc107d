-- XXH3 of the question's bytes; NULL: there is no question, or it was stored by a release that kept none.
ALTER TABLE answer ADD COLUMN question_hash INTEGER;
