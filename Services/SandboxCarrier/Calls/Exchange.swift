import Logging
import NIOCore
import NIOPosix
import SIP
import Synchronization

/// What every call needs: the address, the ports, the media thread, and a table of the calls that stand.
final class Exchange: Sendable {
    static let callLimit = 5_000

    let host: String
    let ports: PortRange
    let media: MediaThread
    let eventLoop: any EventLoop
    let log: Logger
    private let parties = Mutex<[ObjectIdentifier: Party]>([:])
    private let taken = Mutex(LoadSummary())

    /// Runs on one event loop of its own choice; logs warnings to standard error.
    /// - Parameter stampsPackets: whether packets say when they were sent, to measure who relays them.
    init(host: String, ports: PortRange, stampsPackets: Bool = false) {
        media = MediaThread(stamps: stampsPackets)
        self.host = host
        self.ports = ports
        eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        var log = Logger(label: "sandbox-carrier", factory: { StreamLogHandler.standardError(label: $0) })
        log.logLevel = .warning
        self.log = log
    }

    var count: Int { parties.withLock(\.count) }

    /// What came of all calls that came in, as far as they are over.
    var totals: LoadSummary { taken.withLock { $0 } }

    func count(_ outcome: CallOutcome) { taken.withLock { $0.add(outcome) } }

    /// False if there are too many.
    func add(_ party: Party) -> Bool {
        parties.withLock { parties in
            guard parties.count < Self.callLimit else { return false }
            parties[ObjectIdentifier(party)] = party
            return true
        }
    }

    func remove(_ party: Party) { parties.withLock { $0[ObjectIdentifier(party)] = nil } }

    /// Hangs every call up, also those that just begin, and gives up those that are not gone when the time is over.
    func hangUpAll(within limit: Duration = .seconds(3)) async {
        let deadline = ContinuousClock.now + limit
        while count > 0, ContinuousClock.now < deadline {
            for party in all { party.hangUp() }
            try? await Task.sleep(for: .milliseconds(20))
        }
        for party in all { party.giveUp() }
    }

    private var all: [Party] { parties.withLock { Array($0.values) } }
}
