import Contracts
import Foundation
import Logging
import SIP
import ServiceLifecycle
import Synchronization

/// Gathers what passes of the calls that are traced, and writes it five times a second: to files, and to a collector (HEP) if
/// there is one. While nothing is traced, a SIP message costs one look at a flag.
final class Tracer: Service, Sendable {
    static let mostRunning = 8
    /// With those that have ended and can still be fetched.
    static let mostKept = 50
    /// SIP messages that are remembered while a trace waits for a number: its call begins with one of them.
    static let remembered = 512

    private struct State {
        var traces: [TraceID: CallTrace] = [:]
        var taps: [LegID: Tapped] = [:]
        var recent: [(callID: String, packet: TracedPacket)] = []
        /// For the collector.
        var parcels: [(trace: TraceID, packet: TracedPacket)] = []
    }

    /// A leg whose packets are looked at, and by whom.
    private struct Tapped {
        let taps: LegTaps
        var traces: Set<TraceID> = []
    }

    let directory: String
    private let instance: InstanceID
    private let collector: SocketAddress?
    private let log: Logger
    private let state = Mutex(State())
    private let isActive = Atomic<Bool>(false)

    /// - Parameter collector: who takes HEP over UDP.
    init(directory: String, instance: InstanceID, collector: SocketAddress?, log: Logger) {
        self.directory = directory
        self.instance = instance
        self.collector = collector
        self.log = log
    }

    // MARK: What is asked of it

    /// - Throws: `Failure.unavailable` if there are too many.
    func begin(_ wish: TraceWish, _ tenant: TenantID, at now: Timestamp) throws(Failure) -> TraceID {
        let id = TraceID.make(at: now)
        let isTaken = state.withLock { state in
            guard state.traces.values.filter(\.isRunning).count < Self.mostRunning, state.traces.count < Self.mostKept
            else { return false }
            state.traces[id] = CallTrace(id, tenant, wish, at: now)
            isActive.store(true, ordering: .relaxed)
            return true
        }
        guard isTaken else {
            throw Failure(
                .unavailable, "There are too many traces; remove some that have ended.", code: "too_many_traces")
        }
        return id
    }

    /// - Parameter tenant: `*` for an operator.
    func list(_ tenant: TenantID) -> [TraceState] {
        state.withLock { state in
            state.traces.values.filter { tenant == .all || $0.tenant == tenant }.map { $0.shown(instance) }
                .sorted { $0.id < $1.id }
        }
    }

    /// - Throws: `Failure.notFound`
    func find(_ id: TraceID, _ tenant: TenantID) throws(Failure) -> TraceState {
        guard let found = list(tenant).first(where: { $0.id == id }) else {
            throw Failure(.notFound, "There is no trace \(id).")
        }
        return found
    }

    /// Ends it and writes what there is; it can be fetched then.
    func end(_ id: TraceID, at now: Timestamp) async {
        state.withLock { $0.traces[id]?.end(at: now) }
        await write(at: now)
    }

    func remove(_ id: TraceID) async {
        await end(id, at: .now())
        state.withLock { _ = $0.traces.removeValue(forKey: id) }
        let path = path(id)
        try? await Disk.run { try FileManager.default.removeItem(atPath: path) }  // It may never have been written.
    }

    func path(_ id: TraceID) -> String { "\(directory)/\(id.rawValue).pcap" }

    // MARK: What is followed

    /// Traces that follow a leg that begins, or one of these.
    func tracing(_ tenant: TenantID, from: String, to: String) -> [TraceID] {
        guard isActive.load(ordering: .relaxed) else { return [] }
        return state.withLock { state in
            state.traces.values.filter { $0.wants(tenant, from: from, to: to) }.map(\.id)
        }
    }

    /// Those that run, with the legs that they follow.
    var followed: [(id: TraceID, legs: Set<LegID>)] {
        guard isActive.load(ordering: .relaxed) else { return [] }
        return state.withLock { state in state.traces.values.filter(\.isRunning).map { ($0.id, $0.legs) } }
    }

    /// - Parameter taps: where its packets pass; nil if they cannot be seen.
    func follow(_ id: TraceID, _ leg: LegID, _ tenant: TenantID, callID: String?, taps: LegTaps?) {
        state.withLock { state in
            guard let trace = state.traces[id], trace.allows(tenant),
                state.traces[id]?.follow(leg, callID: callID) == true
            else { return }
            for (known, packet) in state.recent where known == callID { Self.take(packet, id, &state) }
            guard trace.wish.withSound ?? true, let taps else { return }
            taps.rtp.begin()
            taps.rtcp?.begin()
            state.taps[leg, default: Tapped(taps: taps)].traces.insert(id)
        }
    }

    /// A SIP message has passed.
    func passed(_ bytes: [UInt8], local: SIPPeer, remote: SIPPeer, isOutgoing: Bool) {
        guard isActive.load(ordering: .relaxed), let callID = Self.callID(in: bytes),
            let own = TracedPacket.Place(local.host, local.port),
            let peer = TracedPacket.Place(remote.host, remote.port)
        else { return }
        let packet = TracedPacket(
            kind: .sip, time: .now(), source: isOutgoing ? own : peer, destination: isOutgoing ? peer : own,
            bytes: bytes)
        state.withLock { state in
            for (id, trace) in state.traces where trace.isRunning && trace.callIDs.contains(callID) {
                Self.take(packet, id, &state)
            }
            guard state.traces.values.contains(where: { $0.isRunning && $0.wish.number != nil }) else { return }
            if state.recent.count >= Self.remembered { state.recent.removeFirst(Self.remembered / 4) }
            state.recent.append((callID, packet))
        }
    }

    private static func take(_ packet: TracedPacket, _ id: TraceID, _ state: inout State) {
        state.traces[id]?.take(packet)
        if packet.kind != .rtp, state.parcels.count < 10_000 { state.parcels.append((id, packet)) }
    }

    /// What stands behind `Call-ID:` or `i:` in a message's head.
    static func callID(in bytes: [UInt8]) -> String? {
        for line in bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 200, omittingEmptySubsequences: false) {
            if line.isEmpty || line.elementsEqual([UInt8(ascii: "\r")]) { return nil }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = String(decoding: line[..<colon], as: UTF8.self).trimmingCharacters(in: .whitespaces).lowercased()
            guard name == "call-id" || name == "i" else { continue }
            return String(decoding: line[(colon + 1)...], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return nil
    }

    // MARK: Writing

    func run() async throws {
        await removeLeftovers()
        try? await cancelWhenGracefulShutdown {
            while true {
                await self.write(at: .now())
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }

    /// What an earlier run left is nobody's any more.
    private func removeLeftovers() async {
        let directory = directory
        // There need not be any.
        try? await Disk.run {
            for file in try FileManager.default.contentsOfDirectory(atPath: directory) where file.hasSuffix(".pcap") {
                try FileManager.default.removeItem(atPath: "\(directory)/\(file)")
            }
        }
    }

    /// One turn of the loop.
    func write(at now: Timestamp) async {
        guard isActive.load(ordering: .relaxed) else { return }
        let (writings, parcels) = state.withLock { state in gather(&state, now) }
        for writing in writings {
            let path = path(writing.id)
            do {
                try await Disk.run { try Self.append(writing.bytes, to: path) }
            } catch {
                log.warning("trace not written", metadata: ["trace.id": "\(writing.id)", "error": "\(error)"])
                state.withLock { state in
                    state.traces[writing.id]?.problem = "Not all could be written: \(error)"
                    state.traces[writing.id]?.end(at: now)
                }
            }
        }
        deliver(parcels)
    }

    private func gather(
        _ state: inout State, _ now: Timestamp
    ) -> (writings: [(id: TraceID, bytes: [UInt8])], parcels: [(trace: TraceID, packet: TracedPacket)]) {
        for (leg, tapped) in state.taps {
            Self.drain(tapped, &state)
            let traces = tapped.traces.filter { state.traces[$0]?.isRunning == true }
            state.taps[leg]?.traces = traces
            guard traces.isEmpty else { continue }
            tapped.taps.rtp.end()
            tapped.taps.rtcp?.end()
            state.taps[leg] = nil
        }
        for id in state.traces.keys { state.traces[id]?.look(at: now) }
        let writings = state.traces.keys.map { (id: $0, bytes: state.traces[$0]?.takePending() ?? []) }
        if !state.traces.values.contains(where: \.isRunning) {
            isActive.store(false, ordering: .relaxed)
            state.recent = []
        }
        defer { state.parcels = [] }
        return (writings.filter { !$0.bytes.isEmpty }, state.parcels)
    }

    private static func drain(_ tapped: Tapped, _ state: inout State) {
        let taps = tapped.taps
        var sides = [(taps.rtp, taps.local, TracedPacket.Kind.rtp)]
        if let control = taps.rtcp { sides.append((control, taps.local.next, .rtcp)) }
        for (tap, own, kind) in sides {
            let local = TracedPacket.Place(address: own.host, port: own.port)
            while let packet = tap.next() {
                let peer = TracedPacket.Place(address: packet.peer.host, port: packet.peer.port)
                let traced = TracedPacket(
                    kind: kind, time: packet.time, source: packet.isOutgoing ? local : peer,
                    destination: packet.isOutgoing ? peer : local, bytes: packet.bytes)
                for id in tapped.traces { take(traced, id, &state) }
            }
            let dropped = tap.takeDropped()
            for id in tapped.traces { state.traces[id]?.dropped += dropped }
        }
    }

    private static func append(_ bytes: [UInt8], to path: String) throws {
        if !FileManager.default.fileExists(atPath: path) {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: bytes)
    }

    private func deliver(_ parcels: [(trace: TraceID, packet: TracedPacket)]) {
        guard let collector, !parcels.isEmpty, let socket = try? UDPSocket(bound: SocketAddress(host: 0, port: 0))
        else {
            return
        }
        defer { socket.close() }
        for parcel in parcels {
            let bytes = HomerPacket.bytes(
                parcel.packet, agent: UInt32(clamping: instance.number), correlation: parcel.trace.rawValue)
            bytes.withUnsafeBytes { socket.send($0, to: collector) }
        }
    }
}
