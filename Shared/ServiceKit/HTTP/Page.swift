import Contracts
import Foundation

/// A part of a list, and where the next part begins. Stable while rows are added.
public struct Page<Item: Codable & Sendable>: Codable, Sendable {
    public let items: [Item]
    /// For `?cursor=`; null at the end.
    public let nextCursor: String?

    public init(items: [Item], nextCursor: String? = nil) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// From rows read with `LIMIT limit + 1`, in the order of the keys.
    /// - Parameter keys: what the list is sorted by, unique together.
    public init(rows: [Item], request: PageRequest, keys: (Item) -> [String]) {
        items = Array(rows.prefix(request.limit))
        nextCursor = rows.count > request.limit ? items.last.map { Cursor(keys: keys($0)).text } : nil
    }
}

extension Page: Equatable where Item: Equatable {}

/// Which part of a list is wanted.
public struct PageRequest: Sendable, Equatable {
    public let limit: Int
    /// The sort keys of the last row of the part before; nil for the first part.
    public let after: [String]?

    public init(limit: Int = 50, after: [String]? = nil) {
        self.limit = limit
        self.after = after
    }

    /// Sort key `index` of the last row of the part before.
    /// - Throws: `Failure.invalid` if the cursor was made for another list.
    public func key(_ index: Int) throws -> String? {
        guard let after else { return nil }
        guard after.indices.contains(index) else { throw Failure(.invalid, "The cursor is of another list.") }
        return after[index]
    }
}

/// Sort keys of a row, opaque to the client.
struct Cursor: Equatable {
    let keys: [String]

    init(keys: [String]) { self.keys = keys }

    init?(_ text: String) {
        guard text.utf8.count <= 4096, let data = base64URLDecoded(text),
            let keys = try? JSONDecoder().decode([String].self, from: data),
            // PostgreSQL can hold no such text, so no list of ours was sorted by it.
            !keys.contains(where: { $0.contains("\0") })
        else { return nil }
        self.keys = keys
    }

    var text: String { base64URL((try? JSONEncoder().encode(keys)) ?? Data()) }
}
