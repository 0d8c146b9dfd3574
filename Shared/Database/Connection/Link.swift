import CLibPQ
import Foundation
import Glibc

/// One libpq connection from its opening to its end. It is never reopened: what was lost stays lost.
///
/// Every wait is on the socket, for reading and writing at once, with a deadline. That avoids the two ways in which libpq
/// hangs for ever: blocking calls on a dead network, and client and server both stuck in writing when a pipeline is deep.
/// Not thread-safe, like the `PGconn` in it: the ``Connection`` that owns it is the only one to touch it.
final class Link {
    private let pointer: OpaquePointer
    /// How long the server may say nothing before it counts as lost.
    var patience: Duration

    init(_ configuration: DatabaseConfiguration) throws(DatabaseError) {
        if let problem = DatabaseConfiguration.problem(inURL: configuration.url) {
            throw .lost("the database URL cannot be used: \(problem)")
        }
        patience = configuration.statementTimeout + .seconds(5)
        let options = Self.options(configuration)
        let pointer = withCStrings(options.map(\.0) + [nil]) { keywords in
            withCStrings(options.map(\.1) + [nil]) { values in PQconnectdbParams(keywords, values, 1) }
        }
        guard let pointer else { throw .lost("libpq has no memory for it") }
        self.pointer = pointer
        guard PQstatus(pointer) == CONNECTION_OK else { throw .lost(Self.message(pointer)) }
        guard PQserverVersion(pointer) >= 150_000 else { throw .lost("the server is older than PostgreSQL 15") }
        guard PQsetnonblocking(pointer, 1) == 0 else { throw .lost("it cannot be made non-blocking") }
        // Notices say nothing a program acts on; libpq's default prints them on stderr.
        PQsetNoticeProcessor(pointer, { _, _ in }, nil)
    }

    deinit { PQfinish(pointer) }

    /// Later keywords win, so the operator's URL overrides what stands before it.
    private static func options(_ configuration: DatabaseConfiguration) -> [(String, String)] {
        [
            ("fallback_application_name", configuration.applicationName),
            ("connect_timeout", String(max(2, (configuration.connectTimeout.milliseconds + 999) / 1000))),
            ("keepalives", "1"),
            ("keepalives_idle", "5"),
            ("keepalives_interval", "2"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "10000"),
            // After a failover, never the old primary.
            ("target_session_attrs", "read-write"),
            ("dbname", configuration.url),
            ("client_encoding", "UTF8"),
        ] + (configuration.database.map { [("dbname", $0)] } ?? [])
    }

    private static func message(_ pointer: OpaquePointer) -> String {
        let text = PQerrorMessage(pointer).map { String(cString: $0) } ?? ""
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func lost(_ reason: String? = nil) -> DatabaseError {
        .lost(reason ?? Self.message(pointer))
    }

    // MARK: State

    /// Between `BEGIN` and its end, with every statement so far done.
    var isInTransaction: Bool { PQtransactionStatus(pointer) == PQTRANS_INTRANS }
    /// A statement of the transaction failed; only a rollback is possible.
    var isInFailedTransaction: Bool { PQtransactionStatus(pointer) == PQTRANS_INERROR }
    var isIdle: Bool { PQtransactionStatus(pointer) == PQTRANS_IDLE }

    /// Whether the server is still there, as far as can be told without asking it. An idle server has nothing to say but
    /// that it goes.
    func isAlive() -> Bool {
        guard PQstatus(pointer) == CONNECTION_OK, isIdle else { return false }
        var descriptor = pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 0
    }

    /// What the server stores for this password (SCRAM-SHA-256), made here.
    func encrypted(password: String, for role: String) throws(DatabaseError) -> String {
        guard let text = PQencryptPasswordConn(pointer, password, role, "scram-sha-256") else {
            throw DatabaseError("The password cannot be encrypted: \(Self.message(pointer))")
        }
        defer { PQfreemem(text) }
        return String(cString: text)
    }

    // MARK: One statement

    func prepare(_ name: String, _ text: String) throws(DatabaseError) {
        try sent(PQsendPrepare(pointer, name, text, 0, nil))
        _ = try finish(text)
    }

    func execute(_ name: String, _ sql: SQL) throws(DatabaseError) -> QueryResult {
        try send(name, sql)
        return try finish(sql.text)
    }

    /// Statements without parameters, separated by semicolons; one transaction unless they say otherwise.
    func script(_ text: String) throws(DatabaseError) -> QueryResult {
        guard !text.utf8.contains(0) else { throw DatabaseError("A statement cannot hold a NUL character.") }
        try sent(PQsendQuery(pointer, text))
        return try finish(text)
    }

    private func send(_ name: String, _ sql: SQL) throws(DatabaseError) {
        let values = sql.parameters.map(\.text)
        // A C string would end there, and something else than what was meant would be stored.
        guard !values.contains(where: { $0?.utf8.contains(0) == true }) else {
            throw DatabaseError("PostgreSQL cannot store a text that holds a NUL character.", sqlState: "22021")
                .of(statement: sql.text)
        }
        guard values.count <= 65_535 else {
            throw DatabaseError("A statement cannot have more than 65535 parameters.").of(statement: sql.text)
        }
        try sent(
            withCStrings(values) { PQsendQueryPrepared(pointer, name, Int32(values.count), $0, nil, nil, 0) })
    }

    private func sent(_ success: Int32) throws(DatabaseError) {
        guard success == 1 else { throw lost() }
    }

    /// Reads what is left of the statement that was sent: its last result, or the first error.
    private func finish(_ statement: String) throws(DatabaseError) -> QueryResult {
        var last: QueryResult?
        var failure: DatabaseError?
        do throws(DatabaseError) {
            while let result = try next(statement) {
                last = result
                if failure == nil { failure = result.error }
            }
        } catch {
            throw failure.map { lost($0.message) } ?? error
        }
        if let failure { throw failure }
        guard let last else { throw lost("no result came") }
        return last
    }

    // MARK: A pipeline

    /// One step of a pipeline.
    enum Step {
        case prepare(name: String, text: String)
        case execute(name: String, SQL)
        case command(String)
        case deallocate(name: String)

        var isDeallocation: Bool {
            if case .deallocate = self { true } else { false }
        }

        var text: String {
            switch self {
            case .prepare(_, let text), .command(let text): text
            case .execute(_, let sql): sql.text
            case .deallocate(let name): "DEALLOCATE \(name)"
            }
        }
    }

    /// Sends all steps and then reads all results: one round trip. At the first error the server skips the rest.
    ///
    /// - Returns: the result of each step that is not a preparation.
    func pipeline(_ steps: [Step]) throws(DatabaseError) -> [(step: Step, result: QueryResult)] {
        guard PQenterPipelineMode(pointer) == 1 else { throw lost("it cannot enter pipeline mode") }
        var failure: DatabaseError?
        var sentSteps = 0
        do throws(DatabaseError) {
            for step in steps {
                try send(step)
                sentSteps += 1
            }
        } catch {
            // A value that cannot be sent: what was sent before it must not be done on its own.
            guard !error.isConnectionLost else { throw error }
            failure = error
            try sent(PQsendQueryParams(pointer, "give up", 0, nil, nil, nil, nil, 0))
            sentSteps += 1
        }
        try sent(PQpipelineSync(pointer))
        var results: [(step: Step, result: QueryResult)] = []
        for index in 0..<sentSteps {
            let step = index < steps.count ? steps[index] : .command("")
            var last: QueryResult?
            while let result = try nextInPipeline(step.text, after: failure) {
                last = result
                if failure == nil, result.status != PGRES_PIPELINE_ABORTED { failure = result.error }
            }
            if let last, failure == nil {
                if case .prepare = step { continue }
                results.append((step, last))
            }
        }
        guard let end = try nextInPipeline("", after: failure), end.status == PGRES_PIPELINE_SYNC,
            PQexitPipelineMode(pointer) == 1
        else { throw lost("the pipeline is out of step") }
        if let failure { throw failure }
        return results
    }

    private func send(_ step: Step) throws(DatabaseError) {
        switch step {
        case .prepare(let name, let text):
            try sent(PQsendPrepare(pointer, name, text, 0, nil))
        case .execute(let name, let sql):
            try send(name, sql)
        case .command, .deallocate:
            try sent(PQsendQueryParams(pointer, step.text, 0, nil, nil, nil, nil, 0))
        }
    }

    /// When the server ends the session, its reason comes first and the loss after it: the reason is what people need.
    private func nextInPipeline(_ statement: String, after failure: DatabaseError?) throws(DatabaseError)
        -> QueryResult?
    {
        do throws(DatabaseError) {
            return try next(statement)
        } catch {
            throw failure.map { lost($0.message) } ?? error
        }
    }

    // MARK: Reading and writing

    private func next(_ statement: String) throws(DatabaseError) -> QueryResult? {
        let deadline = ContinuousClock.now + patience
        while PQisBusy(pointer) == 1 {
            try transfer(until: deadline)
        }
        guard let result = PQgetResult(pointer) else { return nil }
        switch PQresultStatus(result) {
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            PQclear(result)
            throw lost("COPY is not supported here")
        default: return QueryResult(result, statement: statement)
        }
    }

    /// Sends what waits to be sent and takes in what has come, whichever is possible first.
    private func transfer(until deadline: ContinuousClock.Instant) throws(DatabaseError) {
        let unsent = PQflush(pointer)
        guard unsent >= 0 else { throw lost() }
        let left = deadline - .now
        guard left > .zero else { throw lost("the server did not answer within \(patience)") }
        var descriptor = pollfd(
            fd: PQsocket(pointer), events: Int16(POLLIN) | (unsent == 1 ? Int16(POLLOUT) : 0), revents: 0)
        let ready = poll(&descriptor, 1, Int32(clamping: left.milliseconds))
        guard ready >= 0 || errno == EINTR else { throw lost("poll failed with errno \(errno)") }
        guard ready > 0, descriptor.revents & ~Int16(POLLOUT) != 0 else { return }
        guard PQconsumeInput(pointer) == 1 else { throw lost() }
    }
}

/// The strings as an array of C strings that lives as long as the call; nil stays nil.
private func withCStrings<Value>(
    _ strings: [String?], _ body: ([UnsafePointer<CChar>?]) -> Value
) -> Value {
    var bytes: [UInt8] = []
    var starts: [Int?] = []
    starts.reserveCapacity(strings.count)
    for string in strings {
        guard let string else {
            starts.append(nil)
            continue
        }
        starts.append(bytes.count)
        bytes.append(contentsOf: string.utf8)
        bytes.append(0)
    }
    bytes.append(0)
    return bytes.withUnsafeBytes { buffer in
        let characters = buffer.bindMemory(to: CChar.self)
        return body(starts.map { start in start.flatMap { offset in characters.baseAddress.map { $0 + offset } } })
    }
}
