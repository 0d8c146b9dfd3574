import Database
import ServiceKit

/// The tables the ACD owns, and how they came to be. Add to the end; never edit what has shipped.
enum Schema {
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
        RepairStore.migration("0008"),
    ]
}
