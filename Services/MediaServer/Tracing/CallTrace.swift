import Contracts

/// Names a trace.
struct TraceID: Identifier {
    let rawValue: String
    init(rawValue: String) { self.rawValue = rawValue }
}

/// What is asked to be traced: one call that is up, by one of its legs, or the next calls of a number.
struct TraceWish: Codable, Sendable, Equatable {
    let legID: LegID?
    /// Who calls or is called, as the switch shows it, or its last digits: at least four.
    let number: String?
    /// 1 to 3600; 600 if left out.
    let seconds: Int?
    /// 1 to 50; 20 if left out.
    let megabytes: Int?
    /// RTP and RTCP too, and not only SIP; true if left out.
    let withSound: Bool?

    /// - Throws: `Failure.invalid`
    func check() throws(Failure) {
        guard (legID == nil) != (number == nil) else {
            throw Failure(.invalid, "A trace is of a leg (legID) or of a number.")
        }
        if let number, !(4...32).contains(number.utf8.count) || !number.utf8.allSatisfy(\.isDialled) {
            throw Failure(.invalid, "A number to be traced has 4 to 32 digits.")
        }
        guard (1...3_600).contains(seconds ?? 600), (1...50).contains(megabytes ?? 20) else {
            throw Failure(.invalid, "A trace lasts 1 to 3600 seconds, and takes 1 to 50 megabytes.")
        }
    }
}

/// A trace as people are shown it.
struct TraceState: Codable, Sendable, Equatable {
    let id: TraceID
    /// `*` for an operator's, which follows every tenant's calls.
    let tenant: TenantID
    let instance: InstanceID
    let wish: TraceWish
    let startedAt: Timestamp
    /// When it ends, or has ended.
    let endsAt: Timestamp
    let isRunning: Bool
    let legs: [LegID]
    let packets: Int
    let bytes: Int
    /// Packets that found no room.
    let dropped: Int
    /// A sentence, if not all could be written.
    let problem: String?
}

/// What a trace follows, and what it has gathered. Pure.
struct CallTrace: Sendable {
    let id: TraceID
    let tenant: TenantID
    let wish: TraceWish
    let startedAt: Timestamp
    private(set) var endsAt: Timestamp
    private(set) var isRunning = true
    private(set) var legs: Set<LegID> = []
    private(set) var callIDs: Set<String> = []
    private(set) var packets = 0
    private(set) var bytes = PacketFile.header.count
    var dropped = 0
    var problem: String?
    /// On its way to the file.
    private var pending = PacketFile.header

    init(_ id: TraceID, _ tenant: TenantID, _ wish: TraceWish, at now: Timestamp) {
        self.id = id
        self.tenant = tenant
        self.wish = wish
        startedAt = now
        endsAt = now.adding(.seconds(wish.seconds ?? 600))
    }

    private var limit: Int { (wish.megabytes ?? 20) << 20 }

    /// More are no one call any more.
    static let mostLegs = 32

    /// Whether a leg that begins is to be followed.
    func wants(_ tenant: TenantID, from: String, to: String) -> Bool {
        guard isRunning, let number = wish.number, allows(tenant) else { return false }
        return from.hasSuffix(number) || to.hasSuffix(number)
    }

    func allows(_ tenant: TenantID) -> Bool { self.tenant == .all || self.tenant == tenant }

    /// - Returns: whether the leg is new to it.
    mutating func follow(_ leg: LegID, callID: String?) -> Bool {
        guard isRunning, legs.contains(leg) || legs.count < Self.mostLegs else { return false }
        if let callID { callIDs.insert(callID) }
        return legs.insert(leg).inserted
    }

    mutating func take(_ packet: TracedPacket) {
        guard isRunning else { return }
        let record = PacketFile.record(packet)
        guard bytes + record.count <= limit else { return end(at: packet.time) }
        bytes += record.count
        packets += 1
        pending += record
    }

    mutating func look(at now: Timestamp) { if isRunning, endsAt <= now { end(at: now) } }

    mutating func end(at now: Timestamp) {
        guard isRunning else { return }
        isRunning = false
        endsAt = min(endsAt, now)
    }

    /// What is to be written now.
    mutating func takePending() -> [UInt8] {
        defer { pending = [] }
        return pending
    }

    func shown(_ instance: InstanceID) -> TraceState {
        TraceState(
            id: id, tenant: tenant, instance: instance, wish: wish, startedAt: startedAt, endsAt: endsAt,
            isRunning: isRunning, legs: legs.sorted(), packets: packets, bytes: bytes, dropped: dropped,
            problem: problem)
    }
}
