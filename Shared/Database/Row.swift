import Foundation

/// One row of a result. Columns are read by name and as the type that is asked for.
public struct Row: Sendable {
    let result: QueryResult
    let index: Int

    /// - Throws: `DatabaseError` if there is no such column, it is NULL, or it is not of this type.
    public func get<T: ColumnValue>(_ column: String) throws -> T {
        guard let value: T = try get(column) else { throw isNull(column) }
        return value
    }

    /// The same for a column that may be NULL.
    public func get<T: ColumnValue>(_ column: String) throws -> T? {
        guard let text = try text(column) else { return nil }
        guard let value = T.decode(column: text) else { throw isNot(T.self, column) }
        return value
    }

    /// An identifier or an enumeration, from the value it is stored as.
    public func get<T: RawRepresentable>(_ column: String) throws -> T where T.RawValue: ColumnValue {
        guard let value: T = try get(column) else { throw isNull(column) }
        return value
    }

    /// The same for a column that may be NULL.
    public func get<T: RawRepresentable>(_ column: String) throws -> T? where T.RawValue: ColumnValue {
        guard let raw: T.RawValue = try get(column) else { return nil }
        guard let value = T(rawValue: raw) else { throw isNot(T.self, column) }
        return value
    }

    /// An array of identifiers.
    public func get<T: RawRepresentable>(_ column: String) throws -> [T] where T.RawValue: ColumnValue {
        let values: [T.RawValue] = try get(column)
        return try values.map { raw in
            guard let value = T(rawValue: raw) else { throw isNot(T.self, column) }
            return value
        }
    }

    /// What a `json` or `jsonb` column holds.
    public func json<T: Decodable>(_ column: String, as type: T.Type = T.self) throws -> T {
        guard let text = try text(column) else { throw isNull(column) }
        do {
            return try JSONDecoder().decode(T.self, from: Data(text.utf8))
        } catch {
            throw isNot(T.self, column)
        }
    }

    private func text(_ column: String) throws -> String? {
        guard let position = result.columns[column] else {
            throw DatabaseError("The result has no column \(column).").of(statement: result.statement)
        }
        return result.text(row: index, column: position)
    }

    private func isNull(_ column: String) -> DatabaseError {
        DatabaseError("The column \(column) is NULL.").of(statement: result.statement)
    }

    private func isNot(_ type: Any.Type, _ column: String) -> DatabaseError {
        DatabaseError("The column \(column) does not hold a \(type).").of(statement: result.statement)
    }
}
