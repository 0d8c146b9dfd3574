public import Database

extension Cluster {
    /// Brings the schema `cluster` up to date. Any service may run it whose role is a member of the schema's owner.
    public static func migrate(_ database: Database) async throws {
        try await database.migrate(schema: "cluster", schema)
    }

    /// The tables of the cluster. Add to the end; never edit what has shipped.
    public static let schema: [Migration] = [
        Migration(
            "0001 instances and leases",
            """
            CREATE TABLE instance (
                service     text NOT NULL,
                number      int NOT NULL,
                incarnation bigint NOT NULL,
                state       text NOT NULL CHECK (state IN ('up', 'draining', 'down')),
                publish     text NOT NULL,
                requests    text NOT NULL,
                public_key  text,
                started_at  timestamptz NOT NULL,
                expires_at  timestamptz NOT NULL,
                PRIMARY KEY (service, number)
            ) WITH (fillfactor = 50);

            CREATE TABLE lease (
                service     text NOT NULL,
                shard       int NOT NULL CHECK (shard BETWEEN 0 AND 63),
                owner       int,
                incarnation bigint NOT NULL DEFAULT 0,
                epoch       bigint NOT NULL DEFAULT 0,
                taken_at    timestamptz,
                PRIMARY KEY (service, shard)
            );

            INSERT INTO lease (service, shard)
            SELECT service, shard FROM unnest('{cti,acd,dialer}'::text[]) AS service, generate_series(0, 63) AS shard;
            """)
    ]
}
