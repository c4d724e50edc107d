ALTER TABLE part ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;  -- 1: it waits, and an attempt to send it again may have left a batch there
UPDATE part SET lost = 1 WHERE state = 'waiting';             -- nobody wrote it down
