-- Nanoseconds given back so far by calls that used less than they had taken: who waits begins that much earlier.
ALTER TABLE bucket ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;
