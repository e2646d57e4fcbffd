-- krait.sqlite as krait before version 2 of the store left it, with a function, its version, a namespace, and events
-- that were queued, running and ended.
CREATE TABLE namespaces (
    name TEXT PRIMARY KEY,
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE functions (
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    definition TEXT NOT NULL,
    code TEXT,
    origin TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (namespace, name, version)
) STRICT;
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL UNIQUE,
    namespace TEXT NOT NULL,
    function TEXT NOT NULL,
    qualifier TEXT NOT NULL,
    invoke_type TEXT NOT NULL,
    state INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    run_errors INTEGER NOT NULL,
    system_errors INTEGER NOT NULL,
    enqueued_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    status_code INTEGER,
    termination INTEGER,
    terminated_at INTEGER,
    ret_msg TEXT
) STRICT;
CREATE TABLE bodies (
    id INTEGER PRIMARY KEY REFERENCES events,
    event BLOB NOT NULL
) STRICT;
CREATE TRIGGER event_ended AFTER UPDATE OF ended_at ON events
    WHEN NEW.ended_at IS NOT NULL
    BEGIN DELETE FROM bodies WHERE id = NEW.id; END;
CREATE INDEX events_queued ON events (namespace, function, due_at) WHERE state = 0;
CREATE INDEX events_running ON events (id) WHERE state = 1;
CREATE INDEX events_ended ON events (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX events_listed ON events (namespace, function, enqueued_at);
PRAGMA user_version = 1;
INSERT INTO namespaces VALUES ('n', 'of old', 1, 2);
INSERT INTO functions VALUES
    ('default', 'f', '$LATEST', '{"v": 1}', NULL, 'api', 1600000000000, 1600000000000),
    ('default', 'f', '1', '{"v": 1}', NULL, 'api', 1600000000000, 1600000000000);
INSERT INTO events (id, request_id, namespace, function, qualifier, invoke_type, state, attempt, run_errors,
    system_errors, enqueued_at, due_at) VALUES
    (1, 'queued', 'default', 'f', '$LATEST', 'Event', 0, 0, 0, 0, 1600000000000, 1600000000000),
    (2, 'running', 'default', 'f', '$LATEST', 'Event', 1, 1, 0, 0, 1600000000000, 1600000000000);
INSERT INTO bodies VALUES (1, CAST('{"of": "queued"}' AS BLOB)), (2, CAST('{"of": "running"}' AS BLOB));
