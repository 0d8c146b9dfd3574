import Foundation
import Testing

/// Tenants change hands while people wait and talk: their owners are killed, drained, and joined by another.
///
/// 20 tenants share two cti and two acd. By default 20 calls are talked and 60 wait; with `CARILLON_MOVING_CALLS=full` it is
/// 100 and 200.
@Suite(.serialized) struct TenantsMoveTests {
    static let tenants = 20
    static let isFull = ProcessInfo.processInfo.environment["CARILLON_MOVING_CALLS"] == "full"
    static let agents = isFull ? 5 : 1
    static let waiting = isFull ? 10 : 3
    /// In how many of them an agent hangs up after each change of owners.
    static let watched = 3

    @Test(.timeLimit(.minutes(15)))
    func `nobody loses his call or his place when the owners of 20 tenants die, leave and come`() async throws {
        let suite = try await RunningSuite.shared()
        let operators = try await suite.operatorsAPI()
        let floors = try await several(Array(0..<Self.tenants)) { number in
            try await MovingFloor.open(
                number, agents: Self.agents, waiting: Self.waiting, platform: operators, in: suite)
        }
        for floor in floors { try await floor.waitUntilBusy() }
        var changes = OwnerChanges(floors: floors, watched: Self.watched)

        for process in ["cti-1", "acd-1", "cti-2", "acd-2"] {
            let dead = try suite.id(of: process)
            try await changes.expectNobodyLost("death of \(process)") { try suite.kill(process) }
            try await suite.expectBack(process, after: dead, operators)
        }
        for process in ["cti-1", "acd-1", "cti-2", "acd-2"] {
            try await changes.expectNobodyLost("drain of \(process)") { try await suite.drain(process, operators) }
            let old = try suite.kill(process)
            try await suite.expectBack(process, after: old, operators)
        }
        for service in ["cti", "acd"] {
            try await changes.expectNobodyLost("start of another \(service)") {
                try await suite.startAnother(service, 3, operators)
            }
        }
        changes.report()
        for floor in floors { floor.hangUp() }
        _ = try await several(floors) { try await $0.close() }
        for service in ["cti", "acd"] { try await suite.stopAnother(service, 3, operators) }
    }
}

/// For each of them, a few at a time, in their order.
private func several<Element: Sendable, Value: Sendable>(
    _ elements: [Element], _ ask: @escaping @Sendable (Element) async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { group in
        var values: [Int: Value] = [:]
        for (index, element) in elements.enumerated() {
            if index >= 4, let (index, value) = try await group.next() { values[index] = value }
            group.addTask { (index, try await ask(element)) }
        }
        for try await (index, value) in group { values[index] = value }
        return values.sorted { $0.key < $1.key }.map(\.value)
    }
}

/// What happens to the owners, and what tenants see of it.
struct OwnerChanges {
    let floors: [MovingFloor]
    let watched: Int
    private var turn = 0
    private var waits: [(what: String, seconds: [Double])] = []

    init(floors: [MovingFloor], watched: Int) {
        self.floors = floors
        self.watched = watched
    }

    /// Meanwhile an agent of each of some tenants hangs up. Whoever came first there is his next call, and all others are
    /// where they were.
    mutating func expectNobodyLost(_ what: String, when happens: () async throws -> Void) async throws {
        let chosen = (0..<watched).map { floors[(turn * watched + $0) % floors.count] }
        turn += 1
        var lines: [[String]] = []
        for floor in chosen { lines.append(try await floor.line()) }
        let began = ContinuousClock.now
        try await happens()
        var seconds: [Double] = []
        try await withThrowingTaskGroup(of: (String, String?, Double).self) { group in
            for (floor, line) in zip(chosen, lines) {
                group.addTask {
                    let taken = try await floor.freeOneAgent(within: 5, since: began)
                    return (
                        "\(floor.tenant): \(taken.call)", line.first.map { "\(floor.tenant): \($0)" }, taken.seconds
                    )
                }
            }
            for try await (taken, first, wait) in group {
                #expect(taken == first, "not he who came first was taken after the \(what)")
                seconds.append(wait)
            }
        }
        waits.append((what, seconds))
        for floor in floors { try await floor.expectEverybody(what) }
    }

    func report() {
        for (what, seconds) in waits {
            print("next offer after the \(what): \(seconds.sorted().map { "\(($0 * 100).rounded() / 100) s" })")
        }
    }
}
