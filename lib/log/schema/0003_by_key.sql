-- Keys come in no order, so that each call touched a page of its own: half the work of writing one. Only replay/journal looks by key, and makes the index at
-- its first use (providers/replay.cpp).
DROP INDEX call_by_key;
