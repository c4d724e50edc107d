-- The journal of calls. Names as in OpenTelemetry's GenAI conventions 1.41 ('.' is '_' here), where those have one; the rest are ours.
-- Short columns stand first, so that lists and sums need not read the long ones.
CREATE TABLE call (
    id INTEGER PRIMARY KEY,                        -- microseconds since 1970 when it began; one later where that is taken
    time INTEGER NOT NULL,                         -- microseconds since 1970 when it began
    tool TEXT,                                     -- llm-ask
    record_id TEXT,                                -- the record's id, as text
    gen_ai_operation_name TEXT NOT NULL,           -- chat
    gen_ai_provider_name TEXT NOT NULL,            -- the entry's name in the configuration
    gen_ai_request_model TEXT NOT NULL,            -- as asked
    gen_ai_response_model TEXT,                    -- as answered
    gen_ai_conversation_id TEXT,
    error_type TEXT,                               -- the fault (llm-record(5)); null where it succeeded
    attempts INTEGER NOT NULL,
    duration_ms REAL NOT NULL,                     -- to the last byte, all attempts
    gen_ai_response_time_to_first_chunk REAL,      -- seconds
    gen_ai_usage_input_tokens INTEGER,
    gen_ai_usage_output_tokens INTEGER,
    gen_ai_usage_cache_read_input_tokens INTEGER,
    gen_ai_usage_cache_creation_input_tokens INTEGER,
    gen_ai_usage_reasoning_output_tokens INTEGER,
    cost_usd REAL,                                 -- null where unknown
    price_input REAL,                              -- US dollars per million tokens at that time
    price_output REAL,
    price_cached REAL,
    price_cache_write REAL,
    gen_ai_response_id TEXT,
    gen_ai_response_finish_reasons TEXT,           -- JSON list
    server_address TEXT,
    server_port INTEGER,
    request_key TEXT NOT NULL,                     -- SHA-256 of the canonical request without its model
    gen_ai_request_max_tokens INTEGER,
    gen_ai_request_temperature REAL,
    gen_ai_request_top_p REAL,
    gen_ai_request_top_k INTEGER,
    gen_ai_request_frequency_penalty REAL,
    gen_ai_request_presence_penalty REAL,
    gen_ai_request_seed INTEGER,
    gen_ai_request_stop_sequences TEXT,            -- JSON list
    gen_ai_request_stream INTEGER NOT NULL,
    request_options TEXT,                          -- JSON: the options the conventions have no name for
    error_message TEXT,
    error_status INTEGER,
    gen_ai_system_instructions TEXT,               -- JSON, chat/otel.hpp
    gen_ai_tool_definitions TEXT,                  -- JSON list, OpenAI's shape
    gen_ai_output_messages TEXT,                   -- JSON, chat/otel.hpp
    gen_ai_input_messages TEXT NOT NULL            -- JSON, chat/otel.hpp
);
CREATE INDEX call_by_model ON call (gen_ai_request_model);
CREATE INDEX call_by_conversation ON call (gen_ai_conversation_id) WHERE gen_ai_conversation_id IS NOT NULL;
CREATE INDEX call_by_error ON call (error_type) WHERE error_type IS NOT NULL;
-- Twelve digits find the row and keep the index small; who looks up compares the whole key too, as +request_key.
CREATE INDEX call_by_key ON call (substr(request_key, 1, 12));

-- Attachments, each once however often it is sent.
CREATE TABLE media (
    sha256 TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    used INTEGER NOT NULL,                         -- id of the newest call that sent it
    bytes BLOB NOT NULL
);

CREATE TABLE journal (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO journal VALUES ('pruned', 0);          -- microseconds since 1970
