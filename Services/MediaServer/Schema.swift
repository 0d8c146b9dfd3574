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
            "0004 trunks of many addresses, routes, number ranges, dial policies",
            """
            ALTER TABLE trunk ADD COLUMN settings jsonb;
            UPDATE trunk SET settings = jsonb_strip_nulls(jsonb_build_object(
                'addresses', jsonb_build_array(jsonb_build_object('host', host, 'port', port, 'transport', transport)),
                'username', username, 'maxCalls', max_calls, 'isOutbound', is_outbound, 'isInbound', is_inbound));
            ALTER TABLE trunk ALTER COLUMN settings SET NOT NULL;
            ALTER TABLE trunk DROP COLUMN host, DROP COLUMN port, DROP COLUMN transport, DROP COLUMN username,
                DROP COLUMN max_calls, DROP COLUMN is_outbound, DROP COLUMN is_inbound;

            -- The platform's, like trunks.
            CREATE TABLE route (
                id       text PRIMARY KEY,
                trunk_id text NOT NULL REFERENCES trunk ON DELETE CASCADE,
                document jsonb NOT NULL
            );
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON route
                FOR EACH STATEMENT EXECUTE FUNCTION raise_switch_revision();

            CREATE TABLE number_range (
                prefix  text COLLATE "C" PRIMARY KEY,
                carrier text NOT NULL,
                region  text NOT NULL
            );
            -- Half a million rows are read only when they have changed.
            ALTER TABLE switch_revision ADD COLUMN range_revision bigint NOT NULL DEFAULT 1;
            CREATE FUNCTION raise_range_revision() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                UPDATE media.switch_revision SET range_revision = range_revision + 1, revision = revision + 1;
                RETURN NULL;
            END $$;
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON number_range
                FOR EACH STATEMENT EXECUTE FUNCTION raise_range_revision();

            -- A tenant's; `*` for the platform's, which counts for all without one.
            CREATE TABLE dial_policy (
                tenant_id text PRIMARY KEY,
                document  jsonb NOT NULL
            );
            \(Migration.tenantTable("dial_policy"))
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON dial_policy
                FOR EACH STATEMENT EXECUTE FUNCTION raise_switch_revision();

            -- What tenants have used of their calls out; written behind.
            CREATE TABLE dial_usage (
                tenant_id text NOT NULL,
                day       date NOT NULL,
                instance  text NOT NULL,
                calls     bigint NOT NULL,
                seconds   bigint NOT NULL,
                cost      bigint NOT NULL,
                PRIMARY KEY (tenant_id, day, instance)
            );
            \(Migration.tenantTable("dial_usage"))
            """),
        Migration(
            "0005 the proxies on the way to a phone",
            """
            ALTER TABLE registration ADD COLUMN path text NOT NULL DEFAULT '';
            """),
        Migration(
            "0006 recordings: formats, seals, hashes, who and where",
            """
            ALTER TABLE recording DROP CONSTRAINT recording_state_check;
            ALTER TABLE recording ADD CONSTRAINT recording_state_check CHECK (state IN ('expected', 'writing', 'closed',
                'hashed', 'stored', 'verified', 'missing', 'failed', 'deleted'));
            ALTER TABLE recording
                ALTER COLUMN instance DROP NOT NULL,
                ALTER COLUMN file DROP NOT NULL,
                ADD COLUMN serial bigint GENERATED ALWAYS AS IDENTITY,
                ADD COLUMN ended_at timestamptz,
                ADD COLUMN expected_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                ADD COLUMN direction text,
                ADD COLUMN customer_number text,
                ADD COLUMN line text,
                ADD COLUMN agent_id text,
                ADD COLUMN queue_id text,
                ADD COLUMN campaign_id text,
                ADD COLUMN answered_at timestamptz,
                ADD COLUMN is_by_hand boolean NOT NULL DEFAULT false,
                ADD COLUMN format text NOT NULL DEFAULT 'wav-alaw',
                ADD COLUMN layout text NOT NULL DEFAULT 'stereo' CHECK (layout IN ('stereo', 'mixed')),
                ADD COLUMN pauses jsonb NOT NULL DEFAULT '[]',
                ADD COLUMN sha256 text,
                ADD COLUMN key_id text,
                ADD COLUMN peaks bytea,
                ADD COLUMN place text NOT NULL DEFAULT 'recordings' CHECK (place IN ('recordings', 'backup')),
                ADD COLUMN backup_file text,
                ADD COLUMN is_marked boolean NOT NULL DEFAULT false,
                ADD COLUMN note text,
                ADD COLUMN deleted_at timestamptz;
            CREATE INDEX recording_by_time ON recording (tenant_id, started_at DESC, id DESC);
            CREATE INDEX recording_by_number ON recording (tenant_id, customer_number, started_at DESC);
            CREATE INDEX recording_by_agent ON recording (tenant_id, agent_id, started_at DESC);
            CREATE INDEX recording_expected ON recording (expected_at) WHERE state = 'expected';
            CREATE INDEX recording_unverified ON recording (instance) WHERE state IN ('closed', 'hashed', 'stored');
            CREATE INDEX recording_kept ON recording (instance, place, started_at) WHERE state = 'verified';

            CREATE TABLE recording_policy (
                tenant_id      text PRIMARY KEY,
                format         text NOT NULL,
                layout         text NOT NULL CHECK (layout IN ('stereo', 'mixed')),
                pause_leaves   text NOT NULL CHECK (pause_leaves IN ('silence', 'cut')),
                retention_days int NOT NULL CHECK (retention_days >= 0)
            );
            \(Migration.tenantTable("recording_policy"))
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON recording_policy
                FOR EACH STATEMENT EXECUTE FUNCTION raise_switch_revision();
            """),
        Migration(
            "0007 prompts, playlists, music",
            """
            -- In the database, so that every media server has them. The tenant * is the platform.
            CREATE TABLE prompt (
                tenant_id    text NOT NULL,
                name         text NOT NULL,
                version      int NOT NULL,
                -- WAV, of the law it is played in.
                sound        bytea NOT NULL,
                sha256       text NOT NULL,
                milliseconds int NOT NULL,
                text         text,
                language     text,
                created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
                created_by   text NOT NULL,
                PRIMARY KEY (tenant_id, name, version)
            );
            \(Migration.tenantTable("prompt"))
            CREATE TABLE playlist (
                tenant_id text NOT NULL,
                name      text NOT NULL,
                prompts   text[] NOT NULL,
                PRIMARY KEY (tenant_id, name)
            );
            \(Migration.tenantTable("playlist"))
            CREATE TABLE sound_setting (
                tenant_id text PRIMARY KEY,
                settings  jsonb NOT NULL
            );
            \(Migration.tenantTable("sound_setting"))
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON prompt
                FOR EACH STATEMENT EXECUTE FUNCTION raise_switch_revision();
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON playlist
                FOR EACH STATEMENT EXECUTE FUNCTION raise_switch_revision();
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON sound_setting
                FOR EACH STATEMENT EXECUTE FUNCTION raise_switch_revision();
            """),
        Migration(
            "0008 messages of callers",
            """
            -- 留言: a recording that somebody is to hear and to deal with.
            CREATE TABLE voicemail (
                tenant_id       text NOT NULL,
                id              text NOT NULL,
                call_id         text NOT NULL,
                -- Whose box it lies in; neither: the tenant's own.
                queue_id        text,
                agent_id        text,
                customer_number text NOT NULL,
                line            text NOT NULL,
                left_at         timestamptz NOT NULL,
                duration_microseconds bigint NOT NULL CHECK (duration_microseconds >= 0),
                attributes      jsonb NOT NULL DEFAULT '{}',
                -- Who is to deal with it.
                assigned_to     text,
                heard_at        timestamptz,
                heard_by        text,
                done_at         timestamptz,
                done_by         text,
                note            text,
                PRIMARY KEY (tenant_id, id)
            );
            CREATE INDEX voicemail_by_time ON voicemail (tenant_id, left_at DESC, id DESC);
            CREATE INDEX voicemail_open ON voicemail (tenant_id, queue_id, left_at DESC) WHERE done_at IS NULL;
            \(Migration.tenantTable("voicemail"))
            """),
        Migration(
            "0009 faxes",
            """
            CREATE TABLE fax (
                tenant_id             text NOT NULL,
                id                    text NOT NULL,
                -- Which server holds the document, and sends it.
                instance              text NOT NULL,
                direction             text NOT NULL CHECK (direction IN ('sent', 'received')),
                state                 text NOT NULL
                    CHECK (state IN ('queued', 'sending', 'sent', 'received', 'failed', 'deleted')),
                number                text NOT NULL,
                line                  text NOT NULL,
                pages                 int NOT NULL,
                attempts              int NOT NULL,
                most_attempts         int NOT NULL,
                pause_seconds         int NOT NULL,
                next_attempt_at       timestamptz,
                outcome               text,
                reason                text,
                call_id               text,
                remote_station        text,
                rate                  int,
                used_t38              boolean,
                used_error_correction boolean,
                options               jsonb NOT NULL,
                file                  text,
                bytes                 bigint,
                sha256                text,
                key_id                text,
                request_key           text,
                request_hash          text,
                created_at            timestamptz NOT NULL,
                created_by            text,
                ended_at              timestamptz,
                PRIMARY KEY (tenant_id, id),
                UNIQUE (tenant_id, request_key)
            );
            CREATE INDEX fax_by_time ON fax (tenant_id, created_at DESC, id DESC);
            CREATE INDEX fax_by_number ON fax (tenant_id, number, created_at DESC);
            CREATE INDEX fax_unsent ON fax (instance) WHERE state IN ('queued', 'sending');
            \(Migration.tenantTable("fax"))
            """),
        Migration(
            "0010 days of faxes and of queues",
            """
            -- Null: as long as recordings.
            ALTER TABLE recording_policy ADD COLUMN fax_retention_days int CHECK (fax_retention_days >= 0);
            -- Days by queue, of those that have days of their own.
            ALTER TABLE recording_policy ADD COLUMN queue_retention_days jsonb NOT NULL DEFAULT '{}';
            CREATE INDEX fax_kept ON fax (instance, created_at) WHERE state IN ('sent', 'received', 'failed');
            """),
        Migration(
            "0011 web entries",
            """
            -- 网页呼叫入口: where visitors of a tenant's web site call in.
            CREATE TABLE web_entry (
                tenant_id text NOT NULL,
                id        text NOT NULL,
                document  jsonb NOT NULL,
                PRIMARY KEY (tenant_id, id)
            );
            \(Migration.tenantTable("web_entry"))
            CREATE TRIGGER raised AFTER INSERT OR UPDATE OR DELETE ON web_entry
                FOR EACH STATEMENT EXECUTE FUNCTION raise_switch_revision();
            """),
    ]
}
