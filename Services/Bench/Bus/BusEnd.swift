import Bus
import Contracts
import Foundation
import Logging

/// One end of the bus as a service has it: over tcp, with CURVE keys.
enum BusEnd {
    static let publisher = InstanceID(.cti, 1)
    static let subscriber = InstanceID(.acd, 1)
    static let tenant = TenantID(rawValue: "demo")

    static func open(_ instance: InstanceID, keys: String, _ directory: StaticDirectory) throws -> ZeroMQBus {
        let configuration = BusConfiguration(
            publish: "tcp://127.0.0.1:*", requests: "tcp://127.0.0.1:*", keys: KeyDirectory(path: keys))
        let bus = try ZeroMQBus(instance: instance, configuration: configuration, directory: directory, log: log)
        directory.set(instance, bus.endpoints)
        return bus
    }

    /// What is wrong is heard, nothing else.
    static var log: Logger {
        var log = Logger(label: "bench") { StreamLogHandler.standardError(label: $0) }
        log.logLevel = .error
        return log
    }

    /// A fact of the usual size.
    static func fact(_ subject: String, _ number: Int) -> AgentStateChanged {
        let time = Timestamp.now()
        let agent = AgentSnapshot(
            tenant: tenant, agentID: AgentID(rawValue: subject), status: .ringing, pauseReason: nil, since: time,
            phoneID: PhoneID(rawValue: "1001"), callID: CallID(rawValue: "0190d3c5a1b2\(number % 100_000)"),
            isOnHold: false, until: time,
            revision: UInt64(clamping: number))
        return AgentStateChanged(agent: agent, previous: .ready)
    }
}

/// A line of JSON on standard output, at once even into a file.
func tell(_ value: some Encodable) throws {
    FileHandle.standardOutput.write(try JSONEncoder().encode(value) + Data("\n".utf8))
}
