ALTER TABLE job ADD COLUMN told INTEGER NOT NULL DEFAULT 1;       -- 0 until whoever submitted it has its id
ALTER TABLE part ADD COLUMN stopping INTEGER NOT NULL DEFAULT 0;  -- 1: the provider has taken the wish to cancel it
ALTER TABLE part ADD COLUMN fetches INTEGER NOT NULL DEFAULT 0;   -- how often its results came with fewer answers than there should be
UPDATE part SET stopping = 1 WHERE status LIKE 'cancel%';

-- item.cost is null beside an error where there was no answer: one that comes after all takes the error's place.
