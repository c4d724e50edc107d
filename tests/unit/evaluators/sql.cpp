#include "unit/evaluators/script.hpp"

using namespace llm;
using namespace llm::test;

TEST_CASE("is-sql: queries and changes of data") {
    for (const char* good : {
             "SELECT 1",
             "select id, name from users where age >= 21 order by name desc limit 10, 5;",
             "SELECT `id` FROM `users`;",
             "SELECT u.id, COUNT(*) AS n FROM users u LEFT JOIN orders o ON o.user_id = u.id GROUP BY u.id HAVING COUNT(*) > 3",
             "SELECT DISTINCT a FROM t WHERE a NOT IN (SELECT b FROM s) AND c BETWEEN 1 AND 2 OR d IS NOT NULL",
             "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9) SELECT * FROM n",
             "SELECT CASE WHEN a > 1 THEN 'x' ELSE 'y' END AS z, CAST(b AS DECIMAL(10, 2)), LEFT(c, 2), -d FROM t",
             "SELECT SUM(x) OVER (PARTITION BY g ORDER BY d ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) s FROM t",
             "SELECT EXTRACT(YEAR FROM d), SUBSTRING(s FROM 2 FOR 3), GROUP_CONCAT(DISTINCT x ORDER BY x SEPARATOR ', ') FROM t",
             "SELECT * FROM a, b NATURAL JOIN c WHERE EXISTS (SELECT 1 FROM d WHERE d.x = a.x)",
             "SELECT d + INTERVAL 1 DAY, DATE '2026-11-24' FROM t -- a comment",
             "(SELECT a FROM t) UNION (SELECT b FROM s) ORDER BY 1",
             "INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'it''s')",
             "INSERT INTO t VALUES (1, NULL) ON DUPLICATE KEY UPDATE a = VALUES(a)",
             "INSERT INTO t SELECT * FROM s",
             "UPDATE t SET a = a + 1, b = DEFAULT WHERE id = ?",
             "DELETE FROM t WHERE id = :id LIMIT 1",
             "CREATE TABLE IF NOT EXISTS t (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'x', FOREIGN KEY (id) REFERENCES s (id))",
             "CREATE VIEW v AS SELECT a FROM t",
             "DROP TABLE t; TRUNCATE TABLE s;",
             "ALTER TABLE t ADD COLUMN x INT",
         }) {
        INFO(good);
        CHECK(passes("is-sql", good));
    }
    for (const char* bad : {
             "", "   ", ";", "Hello, world", "SELECT", "SELECT FROM t", "SELECT a, FROM t", "SELECT a b FROM t", "SELECT DISTINCT a b FROM t", "SELECT * FROM", "SELECT * FORM t", "SELECT * FROM t WHERE",
             "SELECT * FROM t WHERE a =", "SELECT (1 FROM t", "SELECT 'a FROM t", "INSERT INTO t (a, b) VALUE", "INSERT t", "UPDATE t a = 1", "UPDATE t SET a", "DELETE t WHERE a = 1", "SELECT a FROM t GROUP a",
             "SELECT a FROM t ORDER a", "CREATE TABLE t", "DROP", "SELECT 1 SELECT 2", "Here you go: SELECT 1", "SELECT a FROM t LIMIT", "SELECT COUNT(* FROM t", "SELECT CASE WHEN a THEN b FROM t",
         }) {
        INFO(bad);
        CHECK_FALSE(passes("is-sql", bad));
    }
}

TEST_CASE("is-sql: dialects differ in quotes and casts") {
    const auto in = [](const char* dialect, const char* text) { return passes({{"type", "is-sql"}, {"value", {{"databaseType", dialect}}}}, text); };
    CHECK(in("PostgresQL", "SELECT \"a\"::int, tags[1] FROM t WHERE n ILIKE 'x%' RETURNING") == false);
    CHECK(in("PostgresQL", "SELECT \"a\"::int, tags[1] FROM t WHERE n ILIKE 'x%'"));
    CHECK(in("PostgresQL", "INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = excluded.a RETURNING id"));
    CHECK_FALSE(in("PostgresQL", "SELECT `a` FROM t"));
    CHECK_FALSE(in("MySQL", "SELECT a::int FROM t"));
    CHECK(in("TransactSQL", "SELECT TOP 5 [order id] FROM [dbo].[orders]"));
    CHECK(in("Sqlite", "SELECT a FROM t WHERE b GLOB 'x*'"));
    CHECK_THAT(error_of({{"type", "is-sql"}, {"value", {{"databaseType", "MySLQ"}}}}).what(), contains("did you mean 'mysql'"));
}

TEST_CASE("is-sql: tables and columns that may be used") {
    const Json tables = {{"type", "is-sql"}, {"value", {{"allowedTables", Json::array({"(select|update)::null::departments"})}}}};
    CHECK(passes(tables, "SELECT * FROM departments"));
    CHECK_FALSE(passes(tables, "SELECT * FROM employees"));
    CHECK_FALSE(passes(tables, "DELETE FROM departments"));
    CHECK_FALSE(passes(tables, "SELECT * FROM departments WHERE id IN (SELECT id FROM hr.secrets)"));
    CHECK(passes(tables, "WITH d AS (SELECT * FROM departments) SELECT * FROM d"));
    const Json columns = {{"type", "is-sql"}, {"value", {{"allowedColumns", Json::array({"select::null::name", "update::null::id"})}}}};
    CHECK(passes(columns, "SELECT name FROM t"));
    CHECK(passes(columns, "UPDATE t SET id = 1"));
    CHECK_FALSE(passes(columns, "SELECT id FROM t"));
    CHECK_FALSE(passes(columns, "SELECT * FROM t"));
}

TEST_CASE("contains-sql: a fenced block of it") {
    CHECK(passes("contains-sql", "Sure:\n```sql\nSELECT `id` FROM `users`;\n```\nDone."));
    CHECK(passes("contains-sql", "```\nSELECT 1\n```"));
    CHECK(passes("contains-sql", "SELECT 1"));
    CHECK_FALSE(passes("contains-sql", "```python\nprint(1)\n```"));
    CHECK_FALSE(passes("is-sql", std::string(5000, '(')));
}
