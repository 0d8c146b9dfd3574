import Database

/// The tables the dialer owns, and how they came to be. Add to the end; never edit what has shipped.
enum Schema {
    static let migrations: [Migration] = [
        Migration(
            "0001 campaigns, numbers, attempts",
            """
            CREATE TABLE campaign (
                tenant_id     text NOT NULL,
                id            text NOT NULL,
                name          text NOT NULL,
                queue_id      text NOT NULL,
                from_number   text NOT NULL,
                ring_seconds  int NOT NULL,
                max_attempts  int NOT NULL CHECK (max_attempts > 0),
                retry_seconds int NOT NULL CHECK (retry_seconds > 0),
                priority      int NOT NULL,
                hours         jsonb NOT NULL,
                is_running    boolean NOT NULL DEFAULT false,
                PRIMARY KEY (tenant_id, id),
                UNIQUE (tenant_id, name)
            );
            CREATE TABLE number (
                tenant_id   text NOT NULL,
                campaign_id text NOT NULL,
                number      text NOT NULL,
                -- Empty: the campaign's.
                time_zone   text NOT NULL DEFAULT '',
                attributes  jsonb NOT NULL DEFAULT '{}',
                state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'dialling', 'done')),
                attempts    int NOT NULL DEFAULT 0,
                last_result text,
                next_at     timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, campaign_id, number),
                FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id) ON DELETE CASCADE
            );
            CREATE INDEX number_due ON number (tenant_id, campaign_id, next_at, number) WHERE state = 'open';
            -- Which time zones a campaign's numbers are in, so that pacing need not read the list.
            CREATE TABLE campaign_zone (
                tenant_id   text NOT NULL,
                campaign_id text NOT NULL,
                time_zone   text NOT NULL,
                PRIMARY KEY (tenant_id, campaign_id, time_zone),
                FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id) ON DELETE CASCADE
            );
            CREATE TABLE attempt (
                tenant_id   text NOT NULL,
                id          text NOT NULL,
                campaign_id text NOT NULL,
                number      text NOT NULL,
                call_id     text NOT NULL,
                result      text,
                agent_id    text,
                started_at  timestamptz NOT NULL,
                answered_at timestamptz,
                ended_at    timestamptz,
                PRIMARY KEY (tenant_id, id),
                UNIQUE (tenant_id, call_id),
                FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id) ON DELETE CASCADE
            );
            CREATE INDEX attempt_listed ON attempt (tenant_id, campaign_id, started_at DESC, id DESC);
            -- Nobody is dialled twice at a time.
            CREATE UNIQUE INDEX attempt_open ON attempt (tenant_id, campaign_id, number) WHERE result IS NULL;
            """
                + Migration.tenantTable("campaign") + Migration.tenantTable("number")
                + Migration.tenantTable("campaign_zone") + Migration.tenantTable("attempt")),
        Migration(
            "0002 detecting answers",
            """
            ALTER TABLE campaign ADD COLUMN detects_answers boolean NOT NULL DEFAULT false;
            """),
        Migration(
            "0003 records that agents look at before they are dialled",
            """
            ALTER TABLE campaign ADD COLUMN mode text NOT NULL DEFAULT 'progressive'
                CHECK (mode IN ('progressive', 'preview'));
            ALTER TABLE campaign ADD COLUMN preview jsonb NOT NULL DEFAULT '{}';
            ALTER TABLE number DROP CONSTRAINT number_state_check;
            ALTER TABLE number ADD CONSTRAINT number_state_check
                CHECK (state IN ('open', 'previewed', 'dialling', 'done'));
            -- The agent who made an appointment for himself.
            ALTER TABLE number ADD COLUMN wanted_agent text;
            CREATE INDEX number_wanted ON number (tenant_id, campaign_id, wanted_agent, next_at)
                WHERE state = 'open' AND wanted_agent IS NOT NULL;
            ALTER TABLE attempt ADD COLUMN is_preview boolean NOT NULL DEFAULT false;
            ALTER TABLE attempt ADD COLUMN disposition text;
            ALTER TABLE attempt ADD COLUMN note text;
            -- Which campaign an agent has chosen.
            CREATE TABLE preview_agent (
                tenant_id   text NOT NULL,
                agent_id    text NOT NULL,
                campaign_id text NOT NULL,
                chosen_at   timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, agent_id),
                FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id) ON DELETE CASCADE
            );
            CREATE TABLE preview (
                tenant_id    text NOT NULL,
                id           text NOT NULL,
                campaign_id  text NOT NULL,
                number       text NOT NULL,
                agent_id     text NOT NULL,
                taken_at     timestamptz NOT NULL,
                expires_at   timestamptz NOT NULL,
                -- Null while he looks at it.
                outcome      text,
                reason       text,
                appointed_at timestamptz,
                attempt_id   text,
                ended_at     timestamptz,
                PRIMARY KEY (tenant_id, id),
                FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaign (tenant_id, id) ON DELETE CASCADE
            );
            CREATE INDEX preview_listed ON preview (tenant_id, campaign_id, taken_at DESC, id DESC);
            -- A number is one agent's, and an agent has one.
            CREATE UNIQUE INDEX preview_of_number ON preview (tenant_id, campaign_id, number) WHERE outcome IS NULL;
            CREATE UNIQUE INDEX preview_of_agent ON preview (tenant_id, agent_id) WHERE outcome IS NULL;
            """
                + Migration.tenantTable("preview_agent") + Migration.tenantTable("preview")),
        Migration(
            "0004 numbers that must not be called",
            """
            CREATE TABLE do_not_call (
                tenant_id text NOT NULL,
                -- The last ten digits.
                key       text NOT NULL,
                number    text NOT NULL,
                reason    text,
                added_by  text NOT NULL,
                added_at  timestamptz NOT NULL,
                PRIMARY KEY (tenant_id, key)
            );
            """
                + Migration.tenantTable("do_not_call")),
        Migration(
            "0005 numbers by their ends",
            """
            -- One customer is written with his country or without.
            CREATE INDEX number_end ON number (tenant_id, campaign_id, right(number, 10));
            """),
    ]
}
