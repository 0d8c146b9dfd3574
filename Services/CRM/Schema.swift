import Database

extension CRM {
    /// The tables crm owns, and how they came to be. Add to the end; never edit what has shipped.
    static let schema: [Migration] = [
        Migration("0001 tenants and people", people),
        Migration("0002 sign-in", signIn),
        Migration("0003 access numbers", accessNumbers),
        Migration("0004 customers", customers),
        Migration("0005 refresh tokens whose answer was lost", lostAnswers),
        Migration("0006 customers by name", customersByName),
        Migration("0007 intervening in calls", interveningInCalls),
        Migration("0008 permissions of recordings", recordingPermissions),
        Migration("0009 customers' owners", "ALTER TABLE customer ADD COLUMN owner_id text;"),
        Migration("0010 permissions of faxes", faxPermissions),
    ]

    private static let faxPermissions =
        """
        ALTER TABLE role NO FORCE ROW LEVEL SECURITY;
        UPDATE role SET permissions = permissions || '{fax.send,fax.view}'::text[]
        WHERE is_built_in AND role IN ('agent', 'supervisor', 'admin', 'operator')
            AND NOT 'fax.send' = ANY(permissions);
        UPDATE role SET permissions = permissions || 'fax.manage'::text
        WHERE is_built_in AND role IN ('supervisor', 'admin', 'operator') AND NOT 'fax.manage' = ANY(permissions);
        ALTER TABLE role FORCE ROW LEVEL SECURITY;
        """

    private static let recordingPermissions =
        """
        ALTER TABLE role NO FORCE ROW LEVEL SECURITY;
        UPDATE role SET permissions = permissions || 'recording.control'::text
        WHERE is_built_in AND role IN ('agent', 'supervisor', 'admin', 'operator')
            AND NOT 'recording.control' = ANY(permissions);
        UPDATE role SET permissions = permissions || 'recording.manage'::text
        WHERE is_built_in AND role IN ('supervisor', 'admin', 'operator') AND NOT 'recording.manage' = ANY(permissions);
        ALTER TABLE role FORCE ROW LEVEL SECURITY;
        """

    private static let people =
        """
        -- The row `*` is the platform itself, whose people are the operators.
        CREATE TABLE tenant (
            tenant_id  text PRIMARY KEY,
            name       text NOT NULL,
            is_active  boolean NOT NULL DEFAULT true,
            extras     text[] NOT NULL DEFAULT '{}',
            created_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE role (
            tenant_id   text NOT NULL REFERENCES tenant ON DELETE CASCADE,
            role        text NOT NULL,
            title       text NOT NULL,
            permissions text[] NOT NULL,
            is_built_in boolean NOT NULL DEFAULT false,
            PRIMARY KEY (tenant_id, role)
        );
        CREATE TABLE person (
            tenant_id     text NOT NULL REFERENCES tenant ON DELETE CASCADE,
            user_id       text NOT NULL,
            name          text NOT NULL,
            is_active     boolean NOT NULL DEFAULT true,
            -- argon2id as libsodium writes it, with salt and cost.
            password_hash text NOT NULL,
            created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (tenant_id, user_id)
        );
        CREATE TABLE person_role (
            tenant_id text NOT NULL,
            user_id   text NOT NULL,
            role      text NOT NULL,
            PRIMARY KEY (tenant_id, user_id, role),
            FOREIGN KEY (tenant_id, user_id) REFERENCES person ON DELETE CASCADE,
            FOREIGN KEY (tenant_id, role) REFERENCES role
        );
        """ + ["tenant", "role", "person", "person_role"].map(Migration.tenantTable).joined()

    private static let signIn =
        """
        CREATE TABLE signing_key (
            key_id      text PRIMARY KEY,
            private_key bytea NOT NULL,
            created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE session (
            tenant_id    text NOT NULL,
            session_id   text NOT NULL,
            user_id      text NOT NULL,
            -- SHA-256 of the refresh token that is good now.
            refresh_hash bytea NOT NULL,
            created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
            expires_at   timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, session_id),
            FOREIGN KEY (tenant_id, user_id) REFERENCES person ON DELETE CASCADE
        );
        CREATE INDEX session_expires_at ON session (expires_at);
        -- Names are hashed: who does not exist is counted like who does.
        CREATE TABLE sign_in_try (
            name_hash text PRIMARY KEY,
            tries     int NOT NULL,
            last_at   timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX sign_in_try_last_at ON sign_in_try (last_at);
        """ + Migration.tenantTable("session")

    private static let lostAnswers =
        """
        -- The refresh token before the one that is good now, and when it was used.
        ALTER TABLE session ADD COLUMN previous_hash bytea, ADD COLUMN refreshed_at timestamptz;
        CREATE INDEX session_by_person ON session (tenant_id, user_id);
        """

    private static let customersByName =
        """
        -- The list's order; the index for beginnings of names cannot give it.
        CREATE INDEX customer_listed ON customer (tenant_id, name, customer_id);
        """

    private static let interveningInCalls =
        """
        -- The tenants' administrators and supervisors may do what is new.
        ALTER TABLE role NO FORCE ROW LEVEL SECURITY;
        UPDATE role SET permissions = permissions || 'call.intervene'::text
        WHERE is_built_in AND role IN ('admin', 'supervisor') AND NOT 'call.intervene' = ANY(permissions);
        ALTER TABLE role FORCE ROW LEVEL SECURITY;
        """

    private static let accessNumbers =
        """
        CREATE TABLE access_number (
            tenant_id  text NOT NULL REFERENCES tenant ON DELETE CASCADE,
            number     text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (tenant_id, number),
            -- A number leads to one tenant only.
            UNIQUE (number)
        );
        """ + Migration.tenantTable("access_number")

    private static let customers =
        """
        CREATE TABLE customer (
            tenant_id   text NOT NULL REFERENCES tenant ON DELETE CASCADE,
            customer_id text NOT NULL,
            name        text NOT NULL,
            is_vip      boolean NOT NULL DEFAULT false,
            fields      jsonb NOT NULL DEFAULT '{}',
            revision    bigint NOT NULL DEFAULT 1,
            created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (tenant_id, customer_id)
        );
        CREATE INDEX customer_by_name ON customer (tenant_id, name text_pattern_ops, customer_id);
        CREATE TABLE customer_number (
            tenant_id   text NOT NULL,
            customer_id text NOT NULL,
            position    int NOT NULL,
            -- As it was entered, and as it is looked up.
            number      text NOT NULL,
            number_key  text NOT NULL,
            PRIMARY KEY (tenant_id, customer_id, position),
            FOREIGN KEY (tenant_id, customer_id) REFERENCES customer ON DELETE CASCADE
        );
        CREATE INDEX customer_number_by_key ON customer_number (tenant_id, number_key);
        """ + ["customer", "customer_number"].map(Migration.tenantTable).joined()
}
