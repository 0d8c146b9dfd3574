import ArgumentParser
import Bus
import Contracts
import Foundation
import ServiceKit
import TestSupport
import Testing

@testable import CarillonCLI

@Suite(.timeLimit(.minutes(1))) struct StatusTests {
    private func status(_ instance: String, _ shards: [Int]?, isReady: Bool = true) -> InstanceStatus {
        InstanceStatus(
            instance: instance, address: "127.0.0.1:8111", isReady: isReady, version: "0.1.0",
            checks: ["cluster": "ok", "database": isReady ? "ok" : "PostgreSQL does not answer."], shards: shards)
    }

    @Test func `shards are shown by service and owner`() {
        let lines = ShardMap.lines([
            status("crm/1", Array(0..<64)), status("cti/1", Array(0..<32)), status("cti/2", Array(32..<64)),
            status("acd/1", Array(0..<64)), status("acd/2", []),
        ])
        #expect(
            lines == [
                "shards of cti    cti/1: 0-31   cti/2: 32-63", "shards of acd    acd/1: 0-63   acd/2: none",
            ])
    }

    @Test func `a shard that nobody owns, or several, is told`() {
        let lines = ShardMap.lines([status("cti/1", Array(1..<40)), status("cti/2", Array(39..<63))])
        #expect(
            lines == ["shards of cti    cti/1: 1-39   cti/2: 39-62   nobody who was asked: 0, 63   several: 39"])
    }

    @Test func `who does not answer owns nothing that we know`() {
        #expect(ShardMap.lines([status("cti/1", nil, isReady: false)]).isEmpty)
    }

    @Test func `a line says what is wrong, and only that`() {
        #expect(status("cti/1", []).line == "cti/1            ready      0.1.0    127.0.0.1:8111")
        #expect(status("cti/1", [], isReady: false).line.hasSuffix("database: PostgreSQL does not answer."))
    }

    @Test func `an instance is asked for its readiness, its version and its shards`() async throws {
        try await withDatabase("cti", Outbox.migrations) { database in
            let instance = InstanceID(.cti, 1)
            let kit = ServiceContext(instance: instance, database: database, bus: LocalBus(instance))
            try await withServer(kit.server([])) { port in
                let status = await InstanceStatus.ask("cti/1", "127.0.0.1:\(port)")
                #expect(status.version == CarillonVersion.current)
                #expect(status.shards == Array(0..<64))
                #expect(status.checks["database"] == "ok")
            }
        }
        let nobody = await InstanceStatus.ask("cti/1", "127.0.0.1:1")
        #expect(!nobody.isReady)
        #expect(nobody.checks["http"]?.contains("does not answer") ?? false)
    }

    @Test func `instances are named with their addresses`() throws {
        let asked = try Status.parse(["--instance", "cti/1=10.0.0.1:8111"]).addresses()
        #expect(asked.map(\.name) == ["cti/1"])
        #expect(asked.map(\.host) == ["10.0.0.1:8111"])
        #expect(throws: ValidationError.self) { try Status.parse(["--instance", "cti=x"]).addresses() }
        #expect(try Status.parse(["--port-base", "2500"]).addresses().map(\.host).contains("127.0.0.1:10611"))
    }
}
