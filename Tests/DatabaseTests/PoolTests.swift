import TestSupport
import Testing

@testable import Database

@Suite struct PoolTests {
    @Test func `more callers than connections take turns`() async throws {
        try await withDatabase("a", things, poolSize: 2) { database in
            try await withThrowingTaskGroup { group in
                for number in 0..<50 {
                    group.addTask { try await database.run("INSERT INTO thing (id) VALUES (\("\(number)"))") }
                }
                try await group.waitForAll()
            }
            try await #expect(database.ids().count == 50)
            let sessions = try await database.query(
                "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            ) { try $0.get("n") as Int }
            #expect(sessions == [2])
        }
    }

    @Test func `connections work side by side`() async throws {
        try await withDatabase("a", poolSize: 8) { database in
            // Each waits for all the others to be connected: this ends only if eight are at work at once.
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await database.transaction { connection in
                            var together = 0
                            while together < 8 {
                                together =
                                    try connection.query(
                                        """
                                        SELECT count(*) AS n, pg_stat_clear_snapshot() FROM pg_stat_activity
                                        WHERE datname = current_database() AND usename = current_user
                                        """
                                    ) { try $0.get("n") as Int }.first ?? 0
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `callers beyond the limit are refused at once`() async throws {
        try await withDatabase("a", poolSize: 1) { database in
            let narrow = database.another { $0.waitingLimit = 0 }
            try await database.run("SELECT pg_advisory_lock(1)")
            async let busy = narrow.run("SELECT pg_advisory_lock(1), pg_advisory_unlock(1)")
            while try await database.run("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 0 {}
            let error = await #expect(throws: DatabaseError.self) { try await narrow.ping() }
            #expect(error?.sqlState == "53300")
            try await database.run("SELECT pg_advisory_unlock(1)")
            try await #expect(busy == 1)
            try await narrow.ping()
            await narrow.close()
        }
    }

    @Test func `a closed pool refuses callers`() async throws {
        try await withDatabase("a") { database in
            let other = database.another()
            try await other.ping()
            await other.close()
            let error = await #expect(throws: DatabaseError.self) { try await other.ping() }
            #expect(error?.isConnectionLost == true)
        }
    }

    @Test(arguments: ["postgresql://nobody@127.0.0.1:1/nothing", "nonsense", "", "postgresql://[::1"])
    func `a server that cannot be reached is a lost connection, not a doubt`(_ url: String) async throws {
        let database = ScratchDatabase.database(DatabaseConfiguration(url: url))
        let error = await #expect(throws: DatabaseError.self) { try await database.run("SELECT 1") }
        #expect(error?.isConnectionLost == true)
        #expect(error?.isCommitInDoubt == false)
        await database.close()
    }
}
