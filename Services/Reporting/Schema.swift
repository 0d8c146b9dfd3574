import Database

extension Reporting {
    /// The tables reporting owns, and how they came to be. Add to the end; never edit what has shipped.
    static let schema: [Migration] = [
        Migration(
            "0001 contact records",
            """
            CREATE TABLE contact (
                tenant_id        text NOT NULL,
                call_id          text NOT NULL,
                direction        text NOT NULL,
                customer_number  text NOT NULL,
                access_number    text NOT NULL,
                flow_id          text,
                campaign_id      text,
                attempt_id       text,
                queue_id         text,
                agent_id         text,
                started_at       timestamptz NOT NULL,
                ended_at         timestamptz,
                reason           text,
                disposition      text,
                attributes       jsonb NOT NULL DEFAULT '{}',
                PRIMARY KEY (tenant_id, call_id)
            );
            CREATE INDEX contact_by_start ON contact (tenant_id, started_at DESC, call_id DESC);
            CREATE INDEX contact_by_agent ON contact (tenant_id, agent_id, started_at DESC);
            CREATE INDEX contact_by_number ON contact (tenant_id, customer_number, started_at DESC);
            \(Migration.tenantTable("contact"))

            CREATE TABLE segment (
                tenant_id  text NOT NULL,
                call_id    text NOT NULL,
                kind       text NOT NULL,
                started_at timestamptz NOT NULL,
                ended_at   timestamptz NOT NULL CHECK (ended_at >= started_at),
                queue_id   text,
                agent_id   text,
                reason     text NOT NULL,
                ordinal    int NOT NULL,
                PRIMARY KEY (tenant_id, call_id, ordinal)
            );
            \(Migration.tenantTable("segment"))

            CREATE TABLE recording (
                tenant_id             text NOT NULL,
                recording_id          text NOT NULL,
                call_id               text NOT NULL,
                instance              text NOT NULL,
                started_at            timestamptz NOT NULL,
                duration_microseconds bigint NOT NULL,
                bytes                 bigint NOT NULL,
                problem               text,
                PRIMARY KEY (tenant_id, recording_id)
            );
            CREATE INDEX recording_by_call ON recording (tenant_id, call_id);
            \(Migration.tenantTable("recording"))
            """),
        Migration(
            "0002 agent timeline",
            """
            CREATE TABLE agent_state (
                tenant_id    text NOT NULL,
                agent_id     text NOT NULL,
                since        timestamptz NOT NULL,
                revision     bigint NOT NULL,
                status       text NOT NULL,
                pause_reason text,
                call_id      text,
                phone_id     text,
                is_on_hold   boolean NOT NULL,
                PRIMARY KEY (tenant_id, agent_id, since, revision)
            );
            \(Migration.tenantTable("agent_state"))
            """),
        Migration(
            "0003 dispositions in any order, lists by queue and campaign",
            """
            -- What the agent said at the end of his after-call work.
            ALTER TABLE segment ADD COLUMN disposition text;
            CREATE INDEX contact_by_queue ON contact (tenant_id, queue_id, started_at DESC, call_id DESC);
            CREATE INDEX contact_by_campaign ON contact (tenant_id, campaign_id, started_at DESC, call_id DESC)
                WHERE campaign_id IS NOT NULL;
            """),
        Migration(
            "0004 notes of after-call work",
            """
            ALTER TABLE segment ADD COLUMN note text;
            ALTER TABLE contact ADD COLUMN note text;
            """),
        Migration(
            "0005 answers to surveys",
            """
            CREATE TABLE survey_answer (
                tenant_id   text NOT NULL,
                call_id     text NOT NULL,
                question    text NOT NULL,
                agent_id    text,
                queue_id    text,
                key         text NOT NULL,
                score       int NOT NULL,
                answered_at timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, call_id, question)
            );
            CREATE INDEX survey_answer_by_time ON survey_answer (tenant_id, answered_at, agent_id);
            \(Migration.tenantTable("survey_answer"))
            """),
        Migration(
            "0006 whose contact it was",
            """
            ALTER TABLE contact ADD COLUMN customer_id text;
            CREATE INDEX contact_by_customer ON contact (tenant_id, customer_id, started_at DESC, call_id DESC)
                WHERE customer_id IS NOT NULL;
            """),
    ]
}
