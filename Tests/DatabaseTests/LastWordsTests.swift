import TestSupport
import Testing

@testable import Database

@Suite struct LastWordsTests {
    private func insert(_ id: String) -> SQL { "INSERT INTO thing (id) VALUES (\(id))" }

    @Test func `what is to be done before the commit is done after everything else, in its order`() async throws {
        try await withDatabase("a", things) { database in
            let seen = try await database.transaction { connection in
                try connection.beforeCommit("INSERT INTO thing (id) SELECT 'last-' || count(*) FROM thing")
                try connection.beforeCommit("INSERT INTO thing (id) SELECT 'very-last-' || count(*) FROM thing")
                try connection.run(insert("first"))
                return try connection.query("SELECT id FROM thing") { try $0.get("id") as String }
            }
            #expect(seen == ["first"])
            try await #expect(database.ids() == ["first", "last-1", "very-last-2"])
        }
    }

    @Test func `what was to be done before a commit is undone with a savepoint, and nothing else`() async throws {
        try await withDatabase("a", things) { database in
            try await database.transaction { connection in
                try connection.beforeCommit(insert("kept"))
                _ = try? connection.savepoint {
                    try connection.beforeCommit(insert("undone"))
                    try connection.run("SELECT nonsense")
                }
                try connection.savepoint { try connection.beforeCommit(insert("kept too")) }
            }
            try await #expect(database.ids() == ["kept", "kept too"])
        }
    }

    @Test func `many statements at the commit are done in their order, and nobody is rung for them`() async throws {
        try await withDatabase("a", things) { database in
            try await database.transaction { connection in
                try connection.atCommit((0..<300).map { insert("\($0)") })
                try connection.atCommit(["DELETE FROM thing WHERE id <> '7'"])
                try connection.beforeCommit("INSERT INTO thing (id) SELECT 'after-' || count(*) FROM thing")
            }
            try await #expect(database.ids() == ["7", "after-1"])
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { connection in
                    try connection.atCommit([insert("8"), insert("7"), insert("9")])
                }
            }
            try await #expect(database.ids() == ["7", "after-1"])
        }
    }

    @Test func `a transaction that is undone leaves nothing to the next one`() async throws {
        try await withDatabase("a", things, poolSize: 1) { database in
            _ = try? await database.transaction { connection in
                try connection.beforeCommit(insert("undone"))
                try connection.run("SELECT nonsense")
            }
            try await database.transaction { try $0.beforeCommit(insert("done")) }
            try await database.transaction { connection in _ = try connection.run(insert("also done")) }
            try await #expect(database.ids() == ["also done", "done"])
        }
    }

    @Test func `a last act that fails takes the whole transaction with it, and the connection goes on`() async throws {
        try await withDatabase("a", things, poolSize: 1) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { connection in
                    try connection.run(insert("a"))
                    try connection.beforeCommit(insert("b"))
                    try connection.beforeCommit(insert("a"))
                    try connection.beforeCommit(insert("c"))
                }
            }
            #expect(error?.isUniqueViolation == true)
            try await #expect(database.ids() == [])
            try await database.transaction { try $0.beforeCommit(insert("b")) }
            try await #expect(database.ids() == ["b"])
        }
    }

    @Test func `a value that cannot be stored undoes the transaction too`() async throws {
        try await withDatabase("a", things, poolSize: 1) { database in
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { connection in
                    try connection.run(insert("a"))
                    try connection.beforeCommit(insert("\0"))
                }
            }
            try await #expect(database.ids() == [])
        }
    }

    @Test func `a connection lost before the last act leaves nothing done`() async throws {
        try await withDatabase("a", things) { database in
            let killer = database.another()
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { connection in
                    try connection.beforeCommit(insert("a"))
                    try connection.beforeCommit("SELECT pg_terminate_backend(pg_backend_pid())")
                }
            }
            #expect(error?.isConnectionLost == true)
            try await #expect(killer.ids() == [])
            await killer.close()
        }
    }

    @Test func `without a transaction there is no commit to wait for`() async throws {
        try await withDatabase("a", things) { database in
            let connection = Connection(
                database.configuration, reachability: Reachability(), bell: CommitBell(), log: database.log)
            await #expect(throws: DatabaseError.self) { try await connection.beforeCommit(insert("a")) }
        }
    }

    @Test func `the bell that rang is heard by the one who comes later, once`() async {
        let bell = CommitBell()
        bell.ring()
        bell.ring()
        await bell.wait(atMost: .seconds(600))
        // The second ring was the same news: this returns by its limit only.
        let began = ContinuousClock.now
        await bell.wait(atMost: .milliseconds(20))
        #expect(ContinuousClock.now - began >= .milliseconds(20))
    }

    @Test func `a commit with a last act rings for the one who waits, another commit does not`() async throws {
        try await withDatabase("a", things) { database in
            try await database.transaction { connection in _ = try connection.run(insert("quiet")) }
            let began = ContinuousClock.now
            await database.commits.wait(atMost: .milliseconds(20))
            #expect(ContinuousClock.now - began >= .milliseconds(20))
            let waiting = Task { await database.commits.wait(atMost: .seconds(600)) }
            try await database.transaction { try $0.beforeCommit(insert("loud")) }
            await waiting.value
        }
    }

    @Test func `who is cancelled waits no longer`() async {
        let bell = CommitBell()
        let waiting = Task { await bell.wait(atMost: .seconds(600)) }
        waiting.cancel()
        await waiting.value
    }
}
