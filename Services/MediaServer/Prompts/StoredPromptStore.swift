import Contracts
import Database
import Foundation

/// A prompt that is to be kept: its WAV file, and where it is from.
struct NewPrompt: Sendable {
    let name: String
    let wav: Data
    let sha256: String
    let milliseconds: Int
    let text: String?
    let language: String?
    let by: UserID
}

/// Reads and writes `media.prompt`, `media.playlist` and `media.sound_setting`: in PostgreSQL, so that every media server
/// has them. The only file that knows the tables.
struct StoredPromptStore: Sendable {
    /// Older versions are removed; who plays one has it in memory.
    static let versionsKept = 10
    static let maximumPrompts = 5_000

    let database: Database

    private static let columns: SQL =
        "tenant_id, name, version, milliseconds, sha256, text, language, created_at, created_by"

    /// All tenants' prompts, playlists and settings, without sounds.
    func book() async throws -> SoundBook {
        try await database.transaction(tenant: TenantID.all.rawValue) { connection in
            var book = SoundBook()
            let prompts = try connection.query(
                """
                SELECT DISTINCT ON (tenant_id, name) \(Self.columns) FROM media.prompt
                ORDER BY tenant_id, name, version DESC
                """, row: Self.prompt)
            for prompt in prompts { book.prompts[prompt.tenant, default: [:]][prompt.name] = prompt }
            let lists = try connection.query("SELECT tenant_id, name, prompts FROM media.playlist") { row in
                (
                    try row.get("tenant_id") as TenantID, try row.get("name") as String,
                    try row.get("prompts") as [String]
                )
            }
            for (tenant, name, items) in lists { book.playlists[tenant, default: [:]][name] = items }
            let settings = try connection.query("SELECT tenant_id, settings FROM media.sound_setting") { row in
                (try row.get("tenant_id") as TenantID, try row.json("settings") as SoundSettings)
            }
            book.settings = Dictionary(settings, uniquingKeysWith: { _, last in last })
            return book
        }
    }

    /// - Throws: `Failure.notFound`
    func sound(_ prompt: StoredPrompt) async throws -> Data {
        let found = try await database.query(
            """
            SELECT sound FROM media.prompt
            WHERE tenant_id = \(prompt.tenant) AND name = \(prompt.name) AND version = \(prompt.version)
            """, tenant: TenantID.all.rawValue
        ) { try $0.get("sound") as Data }
        guard let sound = found.first else { throw Failure(.notFound, "There is no prompt \(prompt.name) any more.") }
        return sound
    }

    /// Keeps it as the next version of its name.
    /// - Throws: `Failure.conflict` if the tenant has too many.
    func insert(_ new: NewPrompt, tenant: TenantID) async throws -> StoredPrompt {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            // Two at once get two numbers.
            try connection.run("SELECT pg_advisory_xact_lock(hashtextextended('media.prompt ' || \(tenant)::text, 0))")
            let count =
                try connection.query(
                    "SELECT count(DISTINCT name) AS count FROM media.prompt WHERE tenant_id = \(tenant) AND name <> \(new.name)"
                ) { try $0.get("count") as Int }.first ?? 0
            guard count < Self.maximumPrompts else {
                throw Failure(.conflict, "There are too many prompts.", code: "tooManyPrompts")
            }
            let made = try connection.query(
                """
                INSERT INTO media.prompt (tenant_id, name, version, sound, sha256, milliseconds, text, language, created_by)
                SELECT \(tenant)::text, \(new.name)::text,
                    1 + coalesce((SELECT max(version) FROM media.prompt
                        WHERE tenant_id = \(tenant) AND name = \(new.name)), 0),
                    \(new.wav)::bytea, \(new.sha256)::text, \(new.milliseconds)::int, \(new.text)::text,
                    \(new.language)::text, \(new.by)::text
                RETURNING \(Self.columns)
                """, row: Self.prompt)
            guard let prompt = made.first else { throw Failure(.unknown, "The prompt was not kept.") }
            try connection.run(
                """
                DELETE FROM media.prompt WHERE tenant_id = \(tenant) AND name = \(new.name)
                    AND version <= \(prompt.version - Self.versionsKept)
                """)
            return prompt
        }
    }

    /// - Throws: `Failure.notFound`, `Failure.conflict` while a playlist or a setting names it.
    func remove(_ name: String, tenant: TenantID) async throws {
        try await database.transaction(tenant: tenant.rawValue) { connection in
            let users = try connection.query(
                """
                SELECT 'the playlist ' || name AS who FROM media.playlist
                WHERE tenant_id = \(tenant) AND \(name) = ANY(prompts)
                UNION ALL
                SELECT 'the sound settings' FROM media.sound_setting
                WHERE tenant_id = \(tenant) AND \(name) IN (settings ->> 'music', settings -> 'ringback' ->> 'prompt')
                """
            ) { try $0.get("who") as String }
            if let user = users.first {
                throw Failure(.conflict, "The prompt \(name) is used by \(user).", code: "prompt_used")
            }
            let removed = try connection.run(
                "DELETE FROM media.prompt WHERE tenant_id = \(tenant) AND name = \(name)")
            guard removed > 0 else { throw Failure(.notFound, "There is no prompt \(name).") }
        }
    }

    func putPlaylist(_ name: String, _ prompts: [String], tenant: TenantID) async throws {
        try await database.run(
            """
            INSERT INTO media.playlist (tenant_id, name, prompts) VALUES (\(tenant), \(name), \(prompts)::text[])
            ON CONFLICT (tenant_id, name) DO UPDATE SET prompts = EXCLUDED.prompts
            """, tenant: tenant.rawValue)
    }

    /// - Throws: `Failure.notFound`
    func removePlaylist(_ name: String, tenant: TenantID) async throws {
        let removed = try await database.run(
            "DELETE FROM media.playlist WHERE tenant_id = \(tenant) AND name = \(name)", tenant: tenant.rawValue)
        guard removed > 0 else { throw Failure(.notFound, "There is no playlist \(name).") }
    }

    func putSettings(_ settings: SoundSettings, tenant: TenantID) async throws {
        let json = try SQL.json(settings)
        try await database.run(
            """
            INSERT INTO media.sound_setting (tenant_id, settings) VALUES (\(tenant), \(json)::jsonb)
            ON CONFLICT (tenant_id) DO UPDATE SET settings = EXCLUDED.settings
            """, tenant: tenant.rawValue)
    }

    @Sendable private static func prompt(_ row: Row) throws -> StoredPrompt {
        StoredPrompt(
            tenant: try row.get("tenant_id"), name: try row.get("name"), version: try row.get("version"),
            milliseconds: try row.get("milliseconds"), sha256: try row.get("sha256"), text: try row.get("text"),
            language: try row.get("language"), createdAt: Timestamp(try row.get("created_at") as Date),
            createdBy: try row.get("created_by"))
    }
}
