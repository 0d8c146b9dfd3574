import Contracts
import Foundation
import TestSupport
import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(1))) struct BusExecutorTests {
    @Test func `what prefers the bus's thread runs there, and asks and is answered from there`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1)
        let acd = try rig.bus(.acd1)
        acd.serve(Echo.self) { request, _ in request }
        try await running([cti, acd]) {
            let executor = try #require(cti.executor as? BusExecutor)
            #expect(!executor.isOnItsThread)
            let answers = try await withTaskExecutorPreference(executor) {
                try await withThrowingTaskGroup(of: (Bool, Bool).self) { group in
                    for number in 0..<500 {
                        group.addTask {
                            let reply = try await cti.request(
                                Echo(text: "\(number)"), to: .instance(.acd1), deadline: .seconds(20))
                            return (reply.text == "\(number)", executor.isOnItsThread)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            #expect(answers.count == 500 && answers.allSatisfy { $0.0 && $0.1 })
        }
    }

    @Test func `who asks in vain from there is told so when his time is over`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1)
        try await running([cti]) {
            let thrown = await withTaskExecutorPreference(cti.executor) {
                await failure {
                    _ = try await cti.request(Echo(text: ""), to: .instance(.acd1), deadline: .milliseconds(50))
                }
            }
            #expect(thrown?.kind == .unavailable || thrown?.kind == .timeout)
        }
    }

    @Test func `who still has something to do when the bus has ended does it elsewhere`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1)
        let ended = AsyncStream.makeStream(of: Void.self)
        let late = Task(executorPreference: cti.executor) {
            for await _ in ended.stream {}
            return (cti.executor as? BusExecutor)?.isOnItsThread
        }
        try await running([cti]) {}
        ended.continuation.finish()
        #expect(await late.value == false)
    }

    @Test func `one who never rests leaves the sockets their turn`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1)
        let acd = try rig.bus(.acd1)
        cti.serve(Echo.self) { request, _ in request }
        try await running([cti, acd]) {
            let restless = Task(executorPreference: cti.executor) { while !Task.isCancelled { await Task.yield() } }
            let reply = try await acd.request(Echo(text: "hi"), to: .instance(.cti1), deadline: .seconds(20))
            #expect(reply.text == "hi")
            restless.cancel()
            await restless.value
        }
    }
}
