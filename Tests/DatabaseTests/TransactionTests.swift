import TestSupport
import Testing

@testable import Database

/// What a body throws of its own.
private struct Refused: Error {}

@Suite struct TransactionTests {
    @Test func `a transaction is done when its body returns`() async throws {
        try await withDatabase("a", things) { database in
            let count = try await database.transaction { connection in
                try connection.run("INSERT INTO thing (id) VALUES ('a'), ('b')")
            }
            #expect(count == 2)
            try await #expect(database.ids() == ["a", "b"])
        }
    }

    @Test func `a transaction is undone when its body throws`() async throws {
        try await withDatabase("a", things) { database in
            await #expect(throws: Refused.self) {
                try await database.transaction { connection in
                    try connection.run("INSERT INTO thing (id) VALUES ('a')")
                    throw Refused()
                }
            }
            try await #expect(database.ids() == [])
        }
    }

    @Test func `a body that hides a failed statement cannot commit`() async throws {
        try await withDatabase("a", things) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { connection in
                    try connection.run("INSERT INTO thing (id) VALUES ('a')")
                    _ = try? connection.run("INSERT INTO thing (id) VALUES ('a')")
                }
            }
            #expect(error?.sqlState == "25P02")
            try await #expect(database.ids() == [])
        }
    }

    @Test func `a savepoint confines a failure`() async throws {
        try await withDatabase("a", things) { database in
            try await database.transaction { connection in
                try connection.run("INSERT INTO thing (id) VALUES ('a')")
                _ = try? connection.savepoint { try connection.run("INSERT INTO thing (id) VALUES ('a')") }
                try connection.savepoint { _ = try connection.run("INSERT INTO thing (id) VALUES ('b')") }
            }
            try await #expect(database.ids() == ["a", "b"])
        }
    }

    @Test func `a connection lost in the middle takes the whole transaction with it`() async throws {
        try await withDatabase("a", things) { database in
            let killer = database.another()
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { connection in
                    try connection.run("INSERT INTO thing (id) VALUES ('first half')")
                    // The body does not notice, and goes on: what follows must not run on a new connection, and commit.
                    _ = try? connection.run("SELECT pg_terminate_backend(pg_backend_pid())")
                    _ = try? connection.run("INSERT INTO thing (id) VALUES ('second half')")
                }
            }
            #expect(error?.isConnectionLost == true)
            #expect(error?.isCommitInDoubt == false)
            try await #expect(killer.ids() == [])
            try await #expect(database.ids() == [])
            await killer.close()
        }
    }

    @Test func `a statement after the loss says that the transaction is undone`() async throws {
        try await withDatabase("a", things) { database in
            await #expect(throws: Refused.self) {
                try await database.transaction { connection in
                    _ = try? connection.run("SELECT pg_terminate_backend(pg_backend_pid())")
                    let error = #expect(throws: DatabaseError.self) {
                        try connection.run("INSERT INTO thing (id) VALUES ('second half')")
                    }
                    #expect(error?.isConnectionLost == true)
                    throw Refused()
                }
            }
        }
    }

    @Test func `a connection closed while idle is replaced without an error`() async throws {
        try await withDatabase("a", poolSize: 1) { database in
            let killer = database.another()
            let before = try await database.sessionID()
            try await killer.run("SELECT pg_terminate_backend(\(before), 5000)")
            let after = try await database.sessionID()
            #expect(after != before)
            await killer.close()
        }
    }

    @Test func `a loss during the commit leaves it in doubt, and says so`() async throws {
        let suicidal = Migration(
            "0002 die at commit",
            """
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER die AFTER INSERT ON thing DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION die();
            """)
        try await withDatabase("a", things + [suicidal]) { database in
            let error = await #expect(throws: DatabaseError.self) {
                try await database.transaction { try $0.run("INSERT INTO thing (id) VALUES ('a')") }
            }
            #expect(error?.isCommitInDoubt == true)
            let pipelined = await #expect(throws: DatabaseError.self) {
                try await database.pipeline(["INSERT INTO thing (id) VALUES ('a')"])
            }
            #expect(pipelined?.isCommitInDoubt == true)
            let alone = await #expect(throws: DatabaseError.self) {
                try await database.run("INSERT INTO thing (id) VALUES ('a')")
            }
            #expect(alone?.isCommitInDoubt == true)
            try await #expect(database.ids() == [])
        }
    }

    @Test func `a constraint checked at the commit is an error, not a doubt`() async throws {
        let deferred = Migration(
            "0002 parts",
            "CREATE TABLE part (thing text REFERENCES thing DEFERRABLE INITIALLY DEFERRED)")
        try await withDatabase("a", things + [deferred]) { database in
            let one = await #expect(throws: DatabaseError.self) {
                try await database.transaction { try $0.run("INSERT INTO part VALUES ('absent')") }
            }
            #expect(one?.isForeignKeyViolation == true)
            #expect(one?.isCommitInDoubt == false)
            let other = await #expect(throws: DatabaseError.self) {
                try await database.pipeline(["INSERT INTO part VALUES ('absent')"])
            }
            #expect(other?.isForeignKeyViolation == true)
            try await #expect(database.query("SELECT 1 FROM part") { _ in 1 } == [])
        }
    }

    @Test func `a body that ends the transaction itself is refused`() async throws {
        try await withDatabase("a", things) { database in
            await #expect(throws: DatabaseError.self) {
                try await database.transaction { try $0.script("ROLLBACK") }
            }
            try await database.ping()
        }
    }
}
