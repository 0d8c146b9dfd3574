import Testing

@testable import Database

/// A type of identifier, as `Contracts` has many.
struct ThingID: RawRepresentable, Equatable, Sendable {
    let rawValue: String
}

@Suite struct SQLTests {
    @Test func `a value becomes a parameter and never text`() {
        let name = "x'; DROP TABLE thing; --"
        let sql: SQL = "SELECT 1 FROM thing WHERE name = \(name) AND size > \(3)"
        #expect(sql.text == "SELECT 1 FROM thing WHERE name = $1 AND size > $2")
        #expect(sql.parameters.map(\.text) == [name, "3"])
    }

    @Test func `an identifier is stored as its raw value`() {
        let id = ThingID(rawValue: "t1")
        let missing: ThingID? = nil
        let sql: SQL = "\(id) \(missing) \([id])"
        #expect(sql.parameters.map(\.text) == ["t1", nil, #"{"t1"}"#])
    }

    @Test func `an optional without a value is NULL`() {
        let (text, number): (String?, Int?) = (nil, 3)
        let sql: SQL = "\(text) \(number) \([text, "x"])"
        #expect(sql.parameters.map(\.text) == [nil, "3", #"{NULL,"x"}"#])
    }

    @Test func `pieces of a statement are numbered anew`() {
        let filters: [SQL] = ["a = \(1)", "b = \(2)"]
        let sql: SQL = "SELECT \(0)::int WHERE \(filters.joined(separator: " AND ")) LIMIT \(9)"
        #expect(sql.text == "SELECT $1::int WHERE a = $2 AND b = $3 LIMIT $4")
        #expect(sql.parameters.map(\.text) == ["0", "1", "2", "9"])
    }

    @Test func `a name is quoted`() {
        let sql: SQL = "SELECT 1 FROM \(identifier: "odd\"name")"
        #expect(sql.text == #"SELECT 1 FROM "odd""name""#)
    }

    @Test func `the statement unused longest is forgotten first`() {
        var cache = StatementCache(limit: 2)
        #expect(cache.use("a") == .new(name: "s1", evicted: nil))
        #expect(cache.use("b") == .new(name: "s2", evicted: nil))
        #expect(cache.use("a") == .prepared(name: "s1"))
        #expect(cache.use("c") == .new(name: "s3", evicted: "s2"))
        #expect(cache.count == 2)
    }
}
