import Database

extension MediaServer {
    /// The tables the media server owns, and how they came to be. Add to the end; never edit what has shipped.
    static let schema: [Migration] = [
        Migration(
            "0001 trunks, phones, numbers, recordings",
            """
            -- The platform's, so without a tenant: a trunk carries the calls of all.
            CREATE TABLE trunk (
                id         text PRIMARY KEY,
                host       text NOT NULL,
                port       int NOT NULL CHECK (port BETWEEN 1 AND 65535),
                transport  text NOT NULL CHECK (transport IN ('udp', 'tcp')),
                username   text,
                password   text,
                max_calls  int NOT NULL CHECK (max_calls > 0),
                is_outbound boolean NOT NULL,
                is_inbound boolean NOT NULL
            );

            CREATE TABLE phone (
                tenant_id    text NOT NULL,
                id           text NOT NULL,
                display_name text NOT NULL,
                digest       text NOT NULL CHECK (digest IN ('both', 'md5', 'sha256')),
                ha1_md5      text NOT NULL,
                ha1_sha256   text NOT NULL,
                PRIMARY KEY (tenant_id, id)
            );
            \(Migration.tenantTable("phone"))

            -- A copy fed by crm's facts: looked up before the tenant is known.
            CREATE TABLE access_number (
                number    text PRIMARY KEY,
                tenant_id text NOT NULL
            );

            CREATE TABLE recording (
                tenant_id             text NOT NULL,
                id                    text NOT NULL,
                call_id               text NOT NULL,
                instance              text NOT NULL,
                file                  text NOT NULL,
                state                 text NOT NULL CHECK (state IN ('writing', 'closed', 'failed')),
                started_at            timestamptz NOT NULL,
                duration_microseconds bigint,
                bytes                 bigint,
                problem               text,
                PRIMARY KEY (tenant_id, id)
            );
            CREATE INDEX recording_by_call ON recording (tenant_id, call_id);
            \(Migration.tenantTable("recording"))

            -- Raised by every change of what the running instances keep in memory.
            CREATE TABLE switch_revision (
                is_the_one boolean PRIMARY KEY DEFAULT true CHECK (is_the_one),
                revision   bigint NOT NULL
            );
            INSERT INTO switch_revision (revision) VALUES (1);
            CREATE FUNCTION raise_switch_revision() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                UPDATE media.switch_revision SET revision = revision + 1;
                RETURN NULL;
            END $$;
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON trunk
                FOR EACH STATEMENT EXECUTE FUNCTION raise_switch_revision();
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON phone
                FOR EACH STATEMENT EXECUTE FUNCTION raise_switch_revision();
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON access_number
                FOR EACH STATEMENT EXECUTE FUNCTION raise_switch_revision();
            """),
        Migration(
            "0002 registrations outlive a restart",
            """
            CREATE TABLE registration (
                tenant_id   text NOT NULL,
                phone_id    text NOT NULL,
                instance    text NOT NULL,
                contact     text NOT NULL,
                source_host text NOT NULL,
                source_port int NOT NULL,
                call_id     text NOT NULL,
                sequence    bigint NOT NULL,
                expires_at  timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, phone_id, instance)
            );
            \(Migration.tenantTable("registration"))
            -- Which recordings an instance left open when it died.
            CREATE INDEX recording_writing ON recording (instance) WHERE state = 'writing';
            """),
        Migration(
            "0003 trunks by TLS",
            """
            ALTER TABLE trunk DROP CONSTRAINT trunk_transport_check;
            ALTER TABLE trunk ADD CONSTRAINT trunk_transport_check CHECK (transport IN ('udp', 'tcp', 'tls'));
            """),
        Migration(
            "0011 the proxies on the way to a phone",
            """
            ALTER TABLE registration ADD COLUMN path text NOT NULL DEFAULT '';
            """),
    ]
}
