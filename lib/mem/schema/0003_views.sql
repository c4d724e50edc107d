-- The documented way in (llm-mem(1), "SQL"): read-only views that keep their columns, whatever the tables become.

CREATE VIEW passages AS
SELECT p.id, s.name AS namespace, d.source, v.line, v.first AS begin, v.past AS "end", v.parent, v.ref, v.text, p.tags,
       p.pinned, strftime('%Y-%m-%dT%H:%M:%fZ', p.time / 1000.0, 'unixepoch') AS time,
       strftime('%Y-%m-%dT%H:%M:%fZ', p.until / 1000.0, 'unixepoch') AS until,
       strftime('%Y-%m-%dT%H:%M:%fZ', c.time / 1000.0, 'unixepoch') AS written, c.who, p.version, p.document, p.ordinal, v.extra
FROM passage p JOIN version v ON v.id = p.version JOIN change c ON c.id = v.change
JOIN space s ON s.id = p.space JOIN document d ON d.id = p.document;

CREATE VIEW versions AS
SELECT v.id, v.passage, v.change, c.verb, c.who, strftime('%Y-%m-%dT%H:%M:%fZ', c.time / 1000.0, 'unixepoch') AS written,
       c.why, v.alive, s.name AS namespace, d.source, v.line, v.parent, v.ref, v.text, v.tags, v.pinned,
       strftime('%Y-%m-%dT%H:%M:%fZ', v.time / 1000.0, 'unixepoch') AS time,
       strftime('%Y-%m-%dT%H:%M:%fZ', v.until / 1000.0, 'unixepoch') AS until
FROM version v JOIN change c ON c.id = v.change JOIN space s ON s.id = v.space JOIN document d ON d.id = v.document;

CREATE VIEW changes AS
SELECT c.id, strftime('%Y-%m-%dT%H:%M:%fZ', c.time / 1000.0, 'unixepoch') AS written, c.who, c.verb, c.why, c.undoes,
       (SELECT count(*) FROM version v WHERE v.change = c.id) + (SELECT count(*) FROM core_version v WHERE v.change = c.id) AS size
FROM change c;

CREATE VIEW documents AS
SELECT d.id, s.name AS namespace, d.source, d.key, count(p.id) AS passages
FROM document d JOIN space s ON s.id = d.space LEFT JOIN passage p ON p.document = d.id GROUP BY d.id;

CREATE VIEW blocks AS
SELECT s.name AS namespace, k.label, v.value, v.about, v.bound, v.read_only, c.who,
       strftime('%Y-%m-%dT%H:%M:%fZ', c.time / 1000.0, 'unixepoch') AS written
FROM core k JOIN core_version v ON v.id = k.version JOIN change c ON c.id = v.change JOIN space s ON s.id = k.space;

CREATE VIEW turns AS
SELECT t.id, s.name AS namespace, c.name AS conversation, t.ordinal, t.role, t.text,
       strftime('%Y-%m-%dT%H:%M:%fZ', t.time / 1000.0, 'unixepoch') AS time, t.message
FROM turn t JOIN conversation c ON c.id = t.conversation JOIN space s ON s.id = c.space;

CREATE VIEW proposals AS
SELECT p.id, s.name AS namespace, p.kind, p.text, p.target, p.source, p.state, p.made_by,
       strftime('%Y-%m-%dT%H:%M:%fZ', p.made / 1000.0, 'unixepoch') AS made
FROM proposal p JOIN space s ON s.id = p.space;
