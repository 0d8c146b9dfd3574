/// A statement and its parameters: `"SELECT name FROM acd.queue WHERE id = \(id)"` has the text `… WHERE id = $1`.
///
/// Values never become part of the text, so nothing a caller sends can change what the statement means. A parameter's type
/// is inferred by PostgreSQL from where it stands; where it cannot be (`SELECT \(value)`), write `\(value)::bigint`.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// The text between the parameters: always one more than there are parameters.
    let pieces: [String]
    let parameters: [SQLParameter]
    /// What PostgreSQL is sent, with `$1`, `$2`, … for the parameters.
    public let text: String

    public init(stringLiteral value: String) {
        self.init(pieces: [value], parameters: [])
    }

    public init(stringInterpolation: Interpolation) {
        self.init(pieces: stringInterpolation.pieces, parameters: stringInterpolation.parameters)
    }

    private init(pieces: [String], parameters: [SQLParameter]) {
        self.pieces = pieces
        self.parameters = parameters
        text = pieces.indices.dropFirst().reduce(into: pieces.first ?? "") { text, index in
            text += "$\(index)"
            text += pieces[index]
        }
    }

    /// A value as JSON text, for a `json` or `jsonb` parameter.
    public static func json(_ value: some Encodable) throws -> SQLJSON {
        try SQLJSON(encoding: value)
    }

    /// One statement after another piece of one.
    public static func + (left: SQL, right: SQL) -> SQL {
        "\(left)\(right)"
    }

    /// Collects the text and the values of an interpolated statement.
    public struct Interpolation: StringInterpolationProtocol {
        var pieces = [""]
        var parameters: [SQLParameter] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount + 1)
            parameters.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) {
            pieces[pieces.count - 1] += literal
        }

        public mutating func appendInterpolation(_ value: some SQLValue) {
            parameters.append(value.sqlParameter)
            pieces.append("")
        }

        /// NULL if there is no value. (Without this, the compiler warns at every optional.)
        public mutating func appendInterpolation<V: SQLValue>(_ value: V?) {
            parameters.append(value.sqlParameter)
            pieces.append("")
        }

        public mutating func appendInterpolation<R: RawRepresentable>(_ value: R) where R.RawValue: SQLValue {
            appendInterpolation(value.rawValue)
        }

        public mutating func appendInterpolation<R: RawRepresentable>(_ value: R?) where R.RawValue: SQLValue {
            appendInterpolation(value?.rawValue)
        }

        public mutating func appendInterpolation<R: RawRepresentable>(_ values: [R]) where R.RawValue: SQLValue {
            appendInterpolation(values.map(\.rawValue))
        }

        /// A piece of a statement with its own parameters, such as a filter that is there only sometimes.
        public mutating func appendInterpolation(_ piece: SQL) {
            appendLiteral(piece.pieces.first ?? "")
            pieces += piece.pieces.dropFirst()
            parameters += piece.parameters
        }

        /// A schema's, table's or column's name, quoted.
        public mutating func appendInterpolation(identifier name: String) {
            appendLiteral(name.quotedIdentifier)
        }
    }
}

extension Sequence where Element == SQL {
    /// Pieces of a statement with something between them, such as `" AND "`.
    public func joined(separator: SQL) -> SQL {
        var result: SQL?
        for piece in self {
            result = result.map { $0 + separator + piece } ?? piece
        }
        return result ?? ""
    }
}

extension String {
    /// As a PostgreSQL identifier: in double quotes.
    var quotedIdentifier: String {
        "\"" + replacing("\"", with: "\"\"") + "\""
    }

    /// As a PostgreSQL string constant, for the statements that take no parameters (`CREATE ROLE … PASSWORD`).
    var quotedLiteral: String {
        let quoted = "'" + replacing("'", with: "''") + "'"
        return contains("\\") ? " E" + quoted.replacing("\\", with: "\\\\") : quoted
    }
}
