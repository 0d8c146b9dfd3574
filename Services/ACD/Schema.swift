import Database
import ServiceKit

/// The tables the ACD owns, and how they came to be. Add to the end; never edit what has shipped.
enum Schema {
    /// As ``NumberHome`` has it for China and no area: all that anybody had said by then.
    private static let keyOfNumber = """
        (SELECT CASE WHEN number ~ '[*#]' THEN number
            WHEN number LIKE '+%' THEN '+' || digits
            WHEN digits LIKE '00%' AND length(digits) > 9 THEN '+' || substr(digits, 3)
            WHEN length(digits) < 7 THEN digits
            WHEN digits LIKE '0%' THEN '+86' || ltrim(digits, '0')
            WHEN length(digits) > 11 AND digits LIKE '86%' THEN '+' || digits
            WHEN length(digits) <= 8 THEN digits
            ELSE '+86' || digits END
        FROM regexp_replace(number, '[^0-9]', '', 'g') AS digits)
        """

    static let migrations: [Migration] = [
        Migration(
            "0001 queues, members, skills",
            """
            CREATE TABLE queue (
                tenant_id               text NOT NULL,
                id                      text NOT NULL,
                name                    text NOT NULL,
                ring_seconds            int NOT NULL CHECK (ring_seconds BETWEEN 3 AND 300),
                after_call_work_seconds int NOT NULL CHECK (after_call_work_seconds BETWEEN 0 AND 3600),
                required_skills         text[] NOT NULL DEFAULT '{}',
                announce_position_after int NOT NULL CHECK (announce_position_after BETWEEN 0 AND 3600),
                announce_position_every int NOT NULL CHECK (announce_position_every BETWEEN 0 AND 3600),
                PRIMARY KEY (tenant_id, id),
                UNIQUE (tenant_id, name)
            );
            CREATE TABLE queue_member (
                tenant_id text NOT NULL,
                queue_id  text NOT NULL,
                agent_id  text NOT NULL,
                PRIMARY KEY (tenant_id, queue_id, agent_id),
                FOREIGN KEY (tenant_id, queue_id) REFERENCES queue (tenant_id, id) ON DELETE CASCADE
            );
            CREATE TABLE agent_skills (
                tenant_id text NOT NULL,
                agent_id  text NOT NULL,
                skills    text[] NOT NULL,
                PRIMARY KEY (tenant_id, agent_id)
            );
            -- Raised with each change of a tenant's queues, members or skills, so that the router sees it by one number.
            CREATE TABLE settings_version (
                tenant_id text PRIMARY KEY,
                version   bigint NOT NULL
            );
            """
                + Migration.tenantTable("queue") + Migration.tenantTable("queue_member")
                + Migration.tenantTable("agent_skills") + Migration.tenantTable("settings_version")),
        Migration(
            "0002 decisions",
            """
            CREATE TABLE decision (
                tenant_id           text NOT NULL,
                call_id             text NOT NULL,
                decided_at          timestamptz NOT NULL,
                offer               int NOT NULL,
                queue_id            text NOT NULL,
                agent_id            text NOT NULL,
                rule                text NOT NULL,
                waited_microseconds bigint NOT NULL,
                candidates          jsonb NOT NULL,
                PRIMARY KEY (tenant_id, call_id, decided_at, offer)
            );
            CREATE INDEX decision_decided_at ON decision (decided_at);
            """
                + Migration.tenantTable("decision")),
        Migration(
            "0003 strategies",
            """
            ALTER TABLE queue
                ADD COLUMN strategy text NOT NULL DEFAULT 'longestIdle' CHECK (strategy IN
                    ('longestIdle', 'roundRobin', 'fewestCalls', 'leastTalkTime', 'fixedOrder', 'random')),
                ADD COLUMN agent_order text[] NOT NULL DEFAULT '{}';
            ALTER TABLE decision ADD COLUMN seed bigint;
            """),
        Migration(
            "0004 widening",
            """
            ALTER TABLE queue ADD COLUMN widening jsonb NOT NULL DEFAULT '[]';
            ALTER TABLE decision ADD COLUMN widened int;
            """),
        Migration(
            "0005 overflow, estimates",
            """
            ALTER TABLE queue
                ADD COLUMN announce_estimate boolean NOT NULL DEFAULT false,
                ADD COLUMN overflow jsonb NOT NULL DEFAULT '{}';
            ALTER TABLE decision ADD COLUMN overflow_queue_id text, ADD COLUMN overflow_reason text;
            """),
        Migration(
            "0006 ring-back tone",
            """
            ALTER TABLE queue ADD COLUMN ring_back boolean NOT NULL DEFAULT false;
            """),
        Migration("0007 priority rules", "ALTER TABLE queue ADD COLUMN priority jsonb NOT NULL DEFAULT '{}';"),
        Migration(
            "0008 preferred agents",
            """
            ALTER TABLE queue ADD COLUMN preferred_agents jsonb NOT NULL DEFAULT '[]';
            -- Who talked with a number, and when last.
            CREATE TABLE last_talk (
                tenant_id  text NOT NULL,
                number_key text NOT NULL,
                agent_id   text NOT NULL,
                queue_id   text,
                call_id    text NOT NULL,
                talked_at  timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, number_key, agent_id)
            );
            CREATE INDEX last_talk_talked_at ON last_talk (talked_at);
            CREATE TABLE unresolved_case (
                tenant_id   text NOT NULL,
                id          text NOT NULL,
                number      text NOT NULL,
                number_key  text NOT NULL,
                agent_id    text NOT NULL,
                kind        text NOT NULL,
                state       text NOT NULL,
                note        text NOT NULL,
                call_id     text,
                opened_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
                changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
                resolved_at timestamptz,
                PRIMARY KEY (tenant_id, id)
            );
            CREATE UNIQUE INDEX unresolved_case_open ON unresolved_case (tenant_id, number_key, kind)
                WHERE resolved_at IS NULL;
            CREATE INDEX unresolved_case_changed ON unresolved_case (tenant_id, changed_at, id);
            """
                + Migration.tenantTable("last_talk") + Migration.tenantTable("unresolved_case")),
        Migration(
            "0009 callbacks",
            """
            ALTER TABLE queue ADD COLUMN callbacks jsonb NOT NULL DEFAULT '{}';
            CREATE TABLE callback (
                tenant_id    text NOT NULL,
                id           text NOT NULL,
                queue_id     text NOT NULL,
                number       text NOT NULL,
                number_key   text NOT NULL,
                source       text NOT NULL CHECK (source IN ('offered', 'abandoned', 'entered')),
                state        text NOT NULL DEFAULT 'waiting' CHECK
                    (state IN ('waiting', 'dialling', 'done', 'cancelled', 'failed', 'expired')),
                is_automatic boolean NOT NULL,
                -- The place in line.
                enqueued_at  timestamptz NOT NULL,
                priority     int NOT NULL,
                skills       text[] NOT NULL,
                attributes   jsonb NOT NULL,
                from_number  text NOT NULL,
                asked_in     text,
                call_id      text,
                agent_id     text,
                -- Calls that were made for it, and how often the customer was called.
                dials        int NOT NULL DEFAULT 0,
                attempts     int NOT NULL DEFAULT 0,
                refused_by   text[] NOT NULL DEFAULT '{}',
                not_before   timestamptz,
                expires_at   timestamptz NOT NULL,
                outcome      text,
                note         text,
                dialled_at   timestamptz,
                changed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (tenant_id, id)
            );
            -- Nobody is called twice.
            CREATE UNIQUE INDEX callback_open ON callback (tenant_id, queue_id, number_key)
                WHERE state IN ('waiting', 'dialling');
            CREATE INDEX callback_in_order ON callback (tenant_id, enqueued_at, id);
            CREATE INDEX callback_by_call ON callback (tenant_id, call_id) WHERE call_id IS NOT NULL;
            CREATE INDEX callback_expiring ON callback (expires_at) WHERE state = 'waiting';
            CREATE INDEX callback_dialling ON callback (dialled_at) WHERE state = 'dialling';
            -- Raised with each change of a tenant's callbacks, so that the router sees it by one number.
            CREATE TABLE callback_version (
                tenant_id text PRIMARY KEY,
                version   bigint NOT NULL
            );
            """
                + Migration.tenantTable("callback") + Migration.tenantTable("callback_version")),
        Migration(
            "0010 hours of members, service level, notes on decisions",
            """
            ALTER TABLE queue_member ADD COLUMN hours jsonb;
            ALTER TABLE queue ADD COLUMN service_level jsonb NOT NULL DEFAULT '{}';
            CREATE TABLE decision_note (
                tenant_id text NOT NULL,
                call_id   text NOT NULL,
                noted_at  timestamptz NOT NULL,
                kind      text NOT NULL,
                noted     jsonb NOT NULL,
                PRIMARY KEY (tenant_id, call_id, noted_at, kind)
            );
            CREATE INDEX decision_note_noted_at ON decision_note (noted_at);
            """
                + Migration.tenantTable("decision_note")),
        RepairStore.migration("0011"),
        Migration(
            "0012 several agents ring at once",
            """
            ALTER TABLE queue ADD COLUMN rings_at_once int NOT NULL DEFAULT 1 CHECK (rings_at_once BETWEEN 1 AND 10);
            """),
        Migration(
            "0013 who was called",
            """
            -- The last of our calls to a number, by the agent for whom it was made; '' if it was a campaign's and reached none.
            CREATE TABLE called_number (
                tenant_id    text NOT NULL,
                number_key   text NOT NULL,
                agent_id     text NOT NULL,
                queue_id     text,
                campaign_id  text,
                call_id      text NOT NULL,
                was_answered boolean NOT NULL,
                called_at    timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, number_key, agent_id)
            );
            CREATE INDEX called_number_called_at ON called_number (called_at);
            """
                + Migration.tenantTable("called_number")),
        Migration(
            "0014 work that is no call",
            """
            CREATE TABLE work_item (
                tenant_id     text NOT NULL,
                id            text NOT NULL,
                medium        text NOT NULL,
                queue_id      text NOT NULL,
                priority      int NOT NULL,
                skills        text[] NOT NULL,
                customer      jsonb NOT NULL,
                title         text NOT NULL,
                link          text,
                attributes    jsonb NOT NULL,
                -- The place in line.
                entered_at    timestamptz NOT NULL,
                state         text NOT NULL CHECK
                    (state IN ('waiting', 'offered', 'open', 'interrupted', 'done', 'cancelled')),
                agent_id      text,
                offers        int NOT NULL DEFAULT 0,
                offered_until timestamptz,
                refused_by    text[] NOT NULL DEFAULT '{}',
                accepted_at   timestamptz,
                interruptions int NOT NULL DEFAULT 0,
                ended_at      timestamptz,
                disposition   text,
                note          text,
                version       bigint NOT NULL,
                PRIMARY KEY (tenant_id, id),
                CHECK ((state IN ('offered', 'open', 'interrupted')) <= (agent_id IS NOT NULL))
            );
            CREATE INDEX work_item_changes ON work_item (tenant_id, version);
            CREATE INDEX work_item_unfinished ON work_item (tenant_id, version) WHERE state NOT IN ('done', 'cancelled');
            CREATE INDEX work_item_in_order ON work_item (tenant_id, entered_at DESC, id DESC);
            CREATE INDEX work_item_ended ON work_item (ended_at) WHERE state IN ('done', 'cancelled');
            -- The number of the last change of a tenant's work.
            CREATE TABLE work_version (
                tenant_id text PRIMARY KEY,
                version   bigint NOT NULL
            );
            CREATE TABLE media_rules (
                tenant_id text PRIMARY KEY,
                rules     jsonb NOT NULL
            );
            CREATE TABLE agent_capacity (
                tenant_id text NOT NULL,
                agent_id  text NOT NULL,
                capacity  jsonb NOT NULL,
                PRIMARY KEY (tenant_id, agent_id)
            );
            """
                + Migration.tenantTable("work_item") + Migration.tenantTable("work_version")
                + Migration.tenantTable("media_rules") + Migration.tenantTable("agent_capacity")),
        Migration(
            "0015 counts of the day",
            """
            -- What was counted on the last day on which anything was, of a queue or an agent.
            CREATE TABLE day_count (
                tenant_id text NOT NULL,
                kind      text NOT NULL CHECK (kind IN ('queue', 'agent')),
                subject   text NOT NULL,
                day       bigint NOT NULL,
                since     timestamptz NOT NULL,
                counts    jsonb NOT NULL,
                -- Of the shard when it was written: a former owner changes nothing.
                epoch     bigint NOT NULL,
                PRIMARY KEY (tenant_id, kind, subject)
            );
            """
                + Migration.tenantTable("day_count")),
        Migration(
            "0016 numbers are keyed by what they are in E.164",
            """
            CREATE TABLE number_home (
                tenant_id text PRIMARY KEY,
                country   text NOT NULL,
                area      text
            );
            SET LOCAL carillon.tenant = '*';
            -- The last ten digits, of which the number cannot be told.
            DELETE FROM last_talk;
            DELETE FROM called_number;
            UPDATE unresolved_case SET number_key = \(keyOfNumber);
            UPDATE callback SET number_key = \(keyOfNumber);
            """
                + Migration.tenantTable("number_home")),
    ]
}
