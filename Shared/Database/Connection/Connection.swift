import Logging

/// One connection to PostgreSQL, as a transaction's body sees it: each statement returns when it is done.
///
/// It runs on a thread of its own, so waiting for PostgreSQL holds up nobody else. It is handed out by ``Database`` only.
public actor Connection {
    private let executor = ConnectionExecutor()
    private let configuration: DatabaseConfiguration
    private let log: Logger
    private let reachability: Reachability
    private let bell: CommitBell
    /// Nil when there is none. Only ``open()`` makes one, and only between uses, never within a transaction: the second half
    /// of a transaction must not run on a connection that knows nothing of the first.
    private var link: Link?
    private var statements: StatementCache
    /// The server may not have prepared what the cache says, since a pipeline was cut short.
    private var statementsAreDoubtful = false
    /// A body is running that will end with COMMIT or ROLLBACK.
    private(set) var isInTransaction = false
    /// What the running transaction does last; see ``beforeCommit(_:)``.
    private var lastWords: [SQL] = []
    /// Whether others are waiting to hear of the running transaction's commit.
    private var mustRing = false

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ configuration: DatabaseConfiguration, reachability: Reachability, bell: CommitBell, log: Logger) {
        self.configuration = configuration
        self.reachability = reachability
        self.bell = bell
        self.log = log
        statements = StatementCache(limit: configuration.statementCacheSize)
    }

    // MARK: Statements

    /// Runs a statement and reads its rows.
    public func query<T>(_ sql: SQL, row: (Row) throws -> T) throws -> [T] {
        let result = try execute(sql)
        return try (0..<result.count).map { try row(Row(result: result, index: $0)) }
    }

    /// Runs a statement.
    /// - Returns: how many rows it changed.
    @discardableResult
    public func run(_ sql: SQL) throws -> Int {
        try execute(sql).affectedRows
    }

    /// Runs statements without parameters, separated by semicolons. For migrations and tests.
    public func script(_ text: String) throws {
        _ = try attempt { try $0.script(text) }
    }

    /// Runs many statements in one round trip.
    ///
    /// Within a transaction they are part of it; otherwise they are one by themselves. At the first error none of them is done.
    /// - Returns: how many rows each changed.
    @discardableResult
    public func pipeline(_ sql: [SQL]) throws -> [Int] {
        try execute(sql).map(\.affectedRows)
    }

    /// Runs a part of a transaction that may fail without taking the rest with it.
    public func savepoint<T>(_ body: () throws -> T) throws -> T {
        try script("SAVEPOINT carillon")
        let said = lastWords.count
        do {
            let value = try body()
            try script("RELEASE SAVEPOINT carillon")
            return value
        } catch {
            lastWords.removeSubrange(said...)
            if link != nil { try script("ROLLBACK TO SAVEPOINT carillon; RELEASE SAVEPOINT carillon") }
            throw error
        }
    }

    /// Does something as the last act of the running transaction, however much follows here: together with the commit, in one
    /// round trip, so that a lock it takes is held as shortly as can be. Undone with the transaction, or with the savepoint,
    /// that it is part of. After the commit, ``Database/commits`` rings.
    /// - Throws: `DatabaseError` if there is no transaction. What is wrong with the statement, the transaction throws.
    public func beforeCommit(_ sql: SQL) throws {
        guard isInTransaction else { throw DatabaseError("Only a transaction has a commit to wait for.") }
        lastWords.append(sql)
        mustRing = true
    }

    /// The same, for what nobody waits to hear of, and many of them: whoever folds a batch of facts into tables has all of it
    /// done in one round trip.
    public func atCommit(_ sql: [SQL]) throws {
        guard isInTransaction else { throw DatabaseError("Only a transaction has a commit to wait for.") }
        lastWords += sql
    }

    /// What `CREATE ROLE … PASSWORD` takes, so that the password itself never leaves the process.
    func encrypted(password: String, for role: String) throws -> String {
        try attempt { try $0.encrypted(password: password, for: role) }
    }

    // MARK: Used by the pool

    /// Makes sure there is a connection, before it is used.
    func open() throws {
        if let link, link.isAlive() { return }
        if link != nil { log.info("database connection found closed") }
        close()
        try reachability.check(pause: configuration.reconnectPause)
        do {
            let link = try Link(configuration)
            _ = try link.script(configuration.session)
            self.link = link
            reachability.succeeded()
        } catch {
            reachability.failed(error)
            throw error
        }
    }

    func close() {
        link = nil
        statements.removeAll()
        statementsAreDoubtful = false
    }

    /// One statement by itself: no transaction around it, so a loss on the way leaves it in doubt.
    func alone<T>(_ sql: SQL, tenant: String?, read: (QueryResult) throws -> T) throws -> T {
        try open()
        if let tenant {
            guard let result = try execute([sql], tenant: tenant).first else {
                throw DatabaseError("The pipeline has no result.")
            }
            return try read(result)
        }
        do {
            return try read(try execute(sql))
        } catch let error as DatabaseError where error.isConnectionLost {
            throw error.commitInDoubt()
        }
    }

    func aloneScript(_ text: String) throws {
        try open()
        try script(text)
    }

    func alonePipeline(_ sql: [SQL], tenant: String?) throws -> [Int] {
        try open()
        return try execute(sql, tenant: tenant).map(\.affectedRows)
    }

    func transaction<T: Sendable>(
        tenant: String?, _ body: @Sendable (isolated Connection) throws -> T
    ) throws -> T {
        try open()
        try begin(tenant)
        isInTransaction = true
        lastWords = []
        mustRing = false
        defer { isInTransaction = false }
        let value: T
        do {
            value = try body(self)
        } catch {
            rollBack()
            throw error
        }
        try commit()
        return value
    }

    /// For as long as `body` runs, statements may take this long.
    func patiently<T>(_ patience: Duration, _ body: () throws -> T) throws -> T {
        let usual = link?.patience
        link?.patience = patience + .seconds(5)
        defer { if let usual { link?.patience = usual } }
        return try body()
    }

    // MARK: Transactions

    private func begin(_ tenant: String?) throws {
        if let tenant {
            try Self.check(tenant: tenant)
            _ = try run(steps: [.command("BEGIN")], then: [Self.setTenant(tenant)])
        } else {
            try script("BEGIN")
        }
    }

    private func commit() throws {
        guard let link else { throw DatabaseError.lost("it went during the transaction, which is undone") }
        guard link.isInTransaction else {
            let failed = link.isInFailedTransaction
            rollBack()
            throw DatabaseError(
                failed
                    ? "The transaction is undone, because a statement in it failed."
                    : "The body of a transaction ended the transaction itself.",
                sqlState: failed ? "25P02" : "25P01")
        }
        do {
            if lastWords.isEmpty {
                _ = try attempt { try $0.script("COMMIT") }
            } else {
                _ = try run(steps: [], then: lastWords, finally: [.command("COMMIT")])
            }
        } catch let error as DatabaseError where error.isConnectionLost {
            throw error.commitInDoubt()
        } catch {
            rollBack()
            throw error
        }
        if mustRing { bell.ring() }
    }

    private func rollBack() {
        guard let link, !link.isIdle else { return }
        do {
            _ = try attempt { try $0.script("ROLLBACK") }
        } catch {
            // Without a connection the server rolls back by itself.
            close()
        }
    }

    private static func check(tenant: String) throws {
        guard !tenant.isEmpty else { throw DatabaseError("A transaction cannot be for a tenant without a name.") }
    }

    private static func setTenant(_ tenant: String) -> SQL {
        "SELECT set_config('carillon.tenant', \(tenant), true)"
    }

    // MARK: Execution

    /// Runs something on the link. A lost connection is closed at once, and stays closed until the next use.
    private func attempt<T>(_ body: (Link) throws -> T) throws -> T {
        guard let link else { throw DatabaseError.lost("it went during the transaction, which is undone") }
        do {
            return try body(link)
        } catch let error as DatabaseError where error.isConnectionLost {
            log.warning("database connection lost", metadata: ["error": "\(error.message)"])
            close()
            throw error
        }
    }

    private func execute(_ sql: SQL) throws -> QueryResult {
        do {
            return try executePrepared(sql)
        } catch let error as DatabaseError where error.isPlanOutdated && link?.isIdle == true {
            // A migration changed a table under a prepared statement. The statement was refused, not done.
            statementsAreDoubtful = true
            return try executePrepared(sql)
        } catch let error as DatabaseError where error.isPlanOutdated {
            statementsAreDoubtful = true
            throw error
        }
    }

    private func executePrepared(_ sql: SQL) throws -> QueryResult {
        try attempt { link in
            try settleStatements(link)
            switch statements.use(sql.text) {
            case .prepared(let name): return try link.execute(name, sql)
            case .new(let name, let evicted):
                do {
                    if let evicted { _ = try link.script("DEALLOCATE \(evicted)") }
                    try link.prepare(name, sql.text)
                } catch {
                    statementsAreDoubtful = true
                    throw error
                }
                return try link.execute(name, sql)
            }
        }
    }

    /// Statements in one round trip: within the transaction if there is one, else as one of their own.
    private func execute(_ sql: [SQL], tenant: String? = nil) throws -> [QueryResult] {
        guard !isInTransaction else { return try run(steps: [], then: sql) }
        if let tenant { try Self.check(tenant: tenant) }
        do {
            return try executeAsOne(sql, tenant)
        } catch let error as DatabaseError where error.isPlanOutdated && link?.isIdle == true {
            // As for a single statement: all of them were refused, none is done.
            return try executeAsOne(sql, tenant)
        }
    }

    private func executeAsOne(_ sql: [SQL], _ tenant: String?) throws -> [QueryResult] {
        do {
            let results = try run(
                steps: [.command("BEGIN")], then: (tenant.map { [Self.setTenant($0)] } ?? []) + sql,
                finally: [.command("COMMIT")])
            return Array(results.dropFirst(tenant == nil ? 1 : 2).dropLast())
        } catch let error as DatabaseError {
            rollBack()
            throw error.isConnectionLost ? error.commitInDoubt() : error
        }
    }

    private func run(steps first: [Link.Step], then sql: [SQL], finally last: [Link.Step] = []) throws -> [QueryResult]
    {
        try attempt { link in
            try settleStatements(link)
            var steps = first
            for statement in sql {
                switch statements.use(statement.text) {
                case .prepared(let name): steps.append(.execute(name: name, statement))
                case .new(let name, let evicted):
                    if let evicted { steps.append(.deallocate(name: evicted)) }
                    steps.append(.prepare(name: name, text: statement.text))
                    steps.append(.execute(name: name, statement))
                }
            }
            steps += last
            let results: [(Link.Step, QueryResult)]
            do {
                results = try link.pipeline(steps)
            } catch {
                statementsAreDoubtful = true
                throw error
            }
            return results.compactMap { step, result in step.isDeallocation ? nil : result }
        }
    }

    /// After a failure on the way, starts the prepared statements afresh as soon as the server will listen.
    private func settleStatements(_ link: Link) throws {
        guard statementsAreDoubtful, !link.isInFailedTransaction else { return }
        _ = try link.script("DEALLOCATE ALL")
        statements.removeAll()
        statementsAreDoubtful = false
    }
}

extension DatabaseError {
    /// A prepared statement no longer fits its tables, or is not there any more.
    fileprivate var isPlanOutdated: Bool {
        sqlState == "26000" || (sqlState == "0A000" && message.contains("cached plan"))
    }
}
