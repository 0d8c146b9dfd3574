/// What reporting says of the calls of one step, as far as it is looked at.
struct ContactRecords: Equatable, Sendable {
    struct Record: Decodable, Equatable, Sendable {
        struct Totals: Decodable, Equatable, Sendable {
            /// In microseconds.
            let queue: Int64
            let ring: Int64
            let talk: Int64
            let addsUp: Bool
        }

        let callID: String
        /// Microseconds since 1970.
        let startedAt: Int64
        let endedAt: Int64?
        let totals: Totals
        var segments: [Segment]?

        struct Segment: Decodable, Equatable, Sendable {
            let kind: String
            let startedAt: Int64
        }

        /// When it came into line.
        var queuedAt: Int64? { segments?.first { $0.kind == "queue" }?.startedAt }
    }

    struct Page: Decodable, Sendable {
        let items: [Record]
        let nextCursor: String?
    }

    let records: [Record]

    /// Calls that reached an agent, ended, and whose parts add up.
    var right: Int { records.filter { $0.endedAt != nil && $0.totals.talk > 0 && $0.totals.addsUp }.count }

    var ended: Int { records.filter { $0.endedAt != nil }.count }

    /// Seconds in line, until an agent spoke: being queued and the agent's telephone ringing.
    var waits: Percentiles { Percentiles(records.map { Double($0.totals.queue + $0.totals.ring) / 1e6 }) }

    /// Calls begun in a second, from the first to the last.
    var rate: Double {
        let starts = records.map(\.startedAt)
        guard let first = starts.min(), let last = starts.max(), last > first else { return 0 }
        return Double(records.count - 1) / (Double(last - first) / 1e6)
    }
}
