import Bus
import Contracts
import Foundation
import Logging
import TestSupport

/// Something happened. For tests of the bus only.
struct ThingHappened: Fact, Equatable {
    static let topic = "thing.happened"
    var name: String
    var subject: String { name }
}

/// Something fleeting. For tests of the bus only.
struct ThingTicked: Signal, Equatable {
    static let topic = "thing.ticked"
    var name: String
    var subject: String { name }
}

/// Says the text again.
struct Echo: BusRequest {
    static let name = "test.echo"
    typealias Reply = Echo
    var text: String
}

let quiet: Logger = {
    var log = Logger(label: "bus.test")
    log.logLevel = .critical
    return log
}()

let acme = TenantID(rawValue: "acme")

extension InstanceID {
    static let cti1 = InstanceID(.cti, 1)
    static let cti2 = InstanceID(.cti, 2)
    static let acd1 = InstanceID(.acd, 1)
    static let reporting1 = InstanceID(.reporting, 1)
}

/// Counts from anywhere.
actor Tally {
    private(set) var count = 0
    func add() { count += 1 }
}

/// The failure that the body throws, if it throws one.
func failure(_ body: () async throws -> Void) async -> Failure? {
    do {
        try await body()
        return nil
    } catch {
        return error as? Failure
    }
}

func thing(_ number: UInt64, stream: String = "cti/1@a") throws -> Envelope {
    try Envelope(
        ThingHappened(name: "n\(number)"), stream: stream, number: number, tenant: acme,
        time: Timestamp(microseconds: 1))
}

/// The same numbers for the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
