import Database
import ServiceKit

extension CTI {
    /// The tables cti owns, and how they came to be. Add to the end; never edit what has shipped.
    static let schema: [Migration] = [
        Migration(
            "0001 flows, access numbers, agent sessions, calls",
            """
            -- Rises with each change of a flow or an access number, so that instances read only what is new.
            CREATE TABLE book_revision (
                only_one bool PRIMARY KEY DEFAULT true CHECK (only_one),
                revision bigint NOT NULL DEFAULT 0
            );
            INSERT INTO book_revision DEFAULT VALUES;

            CREATE TABLE flow (
                tenant_id text NOT NULL,
                flow_id   text NOT NULL,
                name      text NOT NULL,
                -- The version that new calls begin with.
                version   int NOT NULL CHECK (version > 0),
                revision  bigint NOT NULL,
                changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (tenant_id, flow_id)
            );
            CREATE INDEX flow_revision ON flow (revision);
            \(Migration.tenantTable("flow"))
            CREATE TABLE flow_version (
                tenant_id    text NOT NULL,
                flow_id      text NOT NULL,
                version      int NOT NULL,
                document     jsonb NOT NULL,
                published_by text NOT NULL,
                published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (tenant_id, flow_id, version)
            );
            \(Migration.tenantTable("flow_version"))
            CREATE TABLE access_number (
                tenant_id text NOT NULL,
                number    text NOT NULL,
                -- NULL: bound to nothing any more.
                flow_id   text,
                revision  bigint NOT NULL,
                PRIMARY KEY (tenant_id, number),
                FOREIGN KEY (tenant_id, flow_id) REFERENCES flow (tenant_id, flow_id)
            );
            CREATE INDEX access_number_revision ON access_number (revision);
            \(Migration.tenantTable("access_number"))
            -- Written behind, for the next owner of the shard. Whoever owns it under an older epoch writes no more.
            CREATE TABLE agent_session (
                tenant_id  text NOT NULL,
                agent_id   text NOT NULL,
                shard      int NOT NULL CHECK (shard BETWEEN 0 AND 63),
                epoch      bigint NOT NULL,
                revision   bigint NOT NULL,
                state      jsonb NOT NULL,
                changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (tenant_id, agent_id)
            );
            CREATE INDEX agent_session_shard ON agent_session (shard);
            \(Migration.tenantTable("agent_session"))
            -- Calls that are up. A call whose legs all ended while nobody owned the shard is known from here only.
            CREATE TABLE live_call (
                tenant_id  text NOT NULL,
                call_id    text NOT NULL,
                shard      int NOT NULL CHECK (shard BETWEEN 0 AND 63),
                epoch      bigint NOT NULL,
                state      jsonb NOT NULL,
                PRIMARY KEY (tenant_id, call_id)
            );
            CREATE INDEX live_call_shard ON live_call (shard);
            \(Migration.tenantTable("live_call"))
            """),
        Migration(
            "0002 drafts of flows, versions that restore older ones",
            """
            ALTER TABLE flow_version ADD COLUMN restores int;

            -- What an author works at. It may be unfinished; at most one a flow.
            CREATE TABLE flow_draft (
                tenant_id text NOT NULL,
                flow_id   text NOT NULL,
                -- Raised with each saving, so that two authors do not overwrite each other.
                revision  int NOT NULL,
                document  jsonb NOT NULL,
                saved_by  text NOT NULL,
                saved_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (tenant_id, flow_id)
            );
            \(Migration.tenantTable("flow_draft"))
            """),
        Migration(
            "0003 lists of numbers, counters of nodes",
            """
            CREATE TABLE number_list (
                tenant_id text NOT NULL,
                list_id   text NOT NULL,
                -- NULL: it was removed, and all instances are to hear of it.
                name      text,
                revision  bigint NOT NULL,
                PRIMARY KEY (tenant_id, list_id)
            );
            CREATE INDEX number_list_revision ON number_list (revision);
            \(Migration.tenantTable("number_list"))
            CREATE TABLE listed_number (
                tenant_id text NOT NULL,
                list_id   text NOT NULL,
                number    text NOT NULL,
                note      text NOT NULL,
                added_by  text NOT NULL,
                added_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (tenant_id, list_id, number),
                FOREIGN KEY (tenant_id, list_id) REFERENCES number_list (tenant_id, list_id)
            );
            \(Migration.tenantTable("listed_number"))
            -- Written behind by every instance, each adding what it has counted.
            CREATE TABLE node_count (
                tenant_id text NOT NULL,
                flow_id   text NOT NULL,
                version   int NOT NULL,
                node      text NOT NULL,
                -- By which way it was left; empty: entered.
                exit      text NOT NULL,
                count     bigint NOT NULL,
                PRIMARY KEY (tenant_id, flow_id, version, node, exit)
            );
            \(Migration.tenantTable("node_count"))
            """),
        Migration(
            "0004 monitor groups, settings of agents' desks",
            """
            CREATE TABLE monitor_group (
                tenant_id   text NOT NULL,
                group_id    text NOT NULL,
                -- NULL: it was removed, and all instances are to hear of it.
                name        text,
                supervisors text[] NOT NULL,
                members     text[] NOT NULL,
                revision    bigint NOT NULL,
                PRIMARY KEY (tenant_id, group_id)
            );
            CREATE INDEX monitor_group_revision ON monitor_group (revision);
            \(Migration.tenantTable("monitor_group"))
            CREATE TABLE desk_setting (
                tenant_id text NOT NULL,
                document  jsonb NOT NULL,
                revision  bigint NOT NULL,
                PRIMARY KEY (tenant_id)
            );
            CREATE INDEX desk_setting_revision ON desk_setting (revision);
            \(Migration.tenantTable("desk_setting"))
            """),
        Migration(
            "0005 when calls are recorded",
            """
            CREATE TABLE recording_rule (
                tenant_id    text PRIMARY KEY,
                is_automatic boolean NOT NULL,
                revision     bigint NOT NULL
            );
            CREATE INDEX recording_rule_revision ON recording_rule (revision);
            \(Migration.tenantTable("recording_rule"))
            """),
        Migration(
            "0006 owners of shards",
            """
            -- The last who began to read a shard: whoever owned it before writes there no more.
            CREATE TABLE shard_owner (
                shard int PRIMARY KEY,
                epoch bigint NOT NULL
            );
            """),
        Migration(
            "0007 secrets of flows",
            """
            -- Sent by flows, never told to anybody.
            CREATE TABLE flow_secret (
                tenant_id text NOT NULL,
                name      text NOT NULL,
                value     text NOT NULL,
                PRIMARY KEY (tenant_id, name)
            );
            \(Migration.tenantTable("flow_secret"))
            """),
        RepairStore.migration("0008"),
        FlowStore.conferenceTable,
        Migration(
            "0010 flows are withdrawn",
            """
            -- New calls do not begin with it any more; running calls keep their versions.
            ALTER TABLE flow ADD COLUMN is_withdrawn boolean NOT NULL DEFAULT false;
            """),
    ]
}
