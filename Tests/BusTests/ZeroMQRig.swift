import Contracts
import Foundation
import TestSupport
import Testing

@testable import Bus

/// Buses over tcp with CURVE, in one process, with a directory and keys of their own.
final class ZeroMQRig: Sendable {
    let directory = StaticDirectory()
    let path = NSTemporaryDirectory() + "carillon-bus-\(UInt64.random(in: .min ... .max))"

    var keys: KeyDirectory { KeyDirectory(path: path + "/keys") }

    init(_ names: [String] = ["cti", "acd", "reporting"]) throws { try keys.create(names) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Keys of one who is not on the list, but knows ours.
    func strangersKeys(_ name: String) throws -> KeyDirectory {
        let strange = KeyDirectory(path: path + "/strange")
        try strange.create([name])
        for (key, owner) in keys.allowed() where owner != name {
            try Data(key.utf8).write(to: URL(filePath: "\(strange.path)/\(owner).pub"))
        }
        return strange
    }

    /// A bus that listens, is in the directory and has its own view of it if wanted.
    func bus(
        _ instance: InstanceID, keys: KeyDirectory? = nil, address: String = "tcp://127.0.0.1:*",
        losing: (@Sendable (String, UInt64) -> Bool)? = nil
    ) throws -> ZeroMQBus {
        var configuration = BusConfiguration(publish: address, requests: address, keys: keys ?? self.keys)
        if address.hasPrefix("ipc:") {
            configuration.publish = address + ".events"
            configuration.requests = address + ".requests"
        }
        configuration.losing = losing
        let bus = try ZeroMQBus(instance: instance, configuration: configuration, directory: directory, log: quiet)
        directory.set(instance, bus.endpoints)
        return bus
    }
}

/// Runs the buses while the body does.
func running(_ buses: [ZeroMQBus], _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for bus in buses { group.addTask { try await bus.run() } }
        defer { group.cancelAll() }
        try await body()
    }
}

/// Looks again and again until it is so; false if it never was.
func eventually(within limit: Duration = .seconds(20), _ condition: () async throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return false
}
