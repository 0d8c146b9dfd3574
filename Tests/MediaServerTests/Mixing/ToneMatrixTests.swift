import Contracts
import RTP
import TestSupport
import Testing

@testable import MediaServer

/// Each leg says its own tone; what each hears is measured, through real sockets and the engine's threads.
@Suite(.timeLimit(.minutes(1))) struct ToneMatrixTests {
    private static let customer = LegID(rawValue: "customer")
    private static let agent = LegID(rawValue: "agent")
    private static let supervisor = LegID(rawValue: "supervisor")
    private static let legs = [customer, agent, supervisor]
    private static let tones: [Double] = [440, 660, 880]
    /// 0.8 s; the last half second is measured, so that a switch has 300 ms.
    private static let frames = 40
    private static let measured = 25 * 160

    /// What happens to the supervisor, and who then hears what.
    private struct Scene {
        let name: String
        let roles: [RoomRole]
        let heard: [Set<Double>]

        init(_ name: String, _ agent: RoomRole, _ supervisor: RoomRole, _ heard: Set<Double>...) {
            self.name = name
            roles = [.talk, agent, supervisor]
            self.heard = heard
        }

        var seats: [RoomSeat] { zip(ToneMatrixTests.legs, roles).map { RoomSeat($0, $1) } }
    }

    private static let scenes = [
        Scene("bridge", .talk, .apart, [660], [440], []),
        Scene("three-way", .talk, .talk, [660, 880], [440, 880], [440, 660]),
        Scene("listen", .talk, .listen, [660], [440], [440, 660]),
        Scene("whisper", .talk, .whisper(to: agent), [660], [440, 880], [440, 660]),
        Scene("barge", .talk, .talk, [660, 880], [440, 880], [440, 660]),
        Scene("take over", .apart, .talk, [880], [], [440]),
        Scene("given back, and listened to", .talk, .listen, [660], [440], [440, 660]),
    ]

    @Test(arguments: [1, 2], [G711.aLaw, .muLaw])
    func `each hears exactly what the matrix says, and so within 300 ms of each switch`(
        threads: Int, law: G711
    ) async throws {
        let test = try TestEngine(threads: threads)
        let phones = try [TestPhone(.aLaw), TestPhone(law), TestPhone(.muLaw)]
        var speakers: [Speaker] = []
        for (index, leg) in Self.legs.enumerated() {
            let port = try test.connect(leg, to: phones[index])
            speakers.append(try Speaker(phones[index], to: port, tone: Self.tones[index]))
        }
        let began = MediaClock.now()
        var ends: [Int] = []
        test.engine.record(.one, customer: Self.customer, agents: [Self.agent], to: test.file("call.wav"))
        test.engine.bridge(Self.customer, Self.agent)
        for scene in Self.scenes {
            test.engine.arrange("c", scene.seats)
            let agents = zip(Self.legs, scene.roles).dropFirst().filter { $0.1 == .talk }.map(\.0)
            test.engine.record(.one, customer: Self.customer, agents: agents, to: test.file("call.wav"))
            let heard = try await Conversation.hold(speakers, frames: Self.frames)
            ends.append(Int(MediaClock.samples(MediaClock.now() - began)))
            for (index, leg) in Self.legs.enumerated() {
                #expect(tones(heard[index]) == scene.heard[index], "\(leg) in \(scene.name)")
                #expect(heard[index].isSmooth, "\(leg) in \(scene.name)")
            }
        }
        test.engine.stopRecording(.one)
        let result = try #require(await test.first(\.recording))
        try expectRecorded(result, ends)
        await test.end()
    }

    /// The recording goes on through all changes: the customer left, all who talk with him right.
    /// - Parameter ends: where in the recording each scene ended, in samples.
    private func expectRecorded(_ result: RecordingResult, _ ends: [Int]) throws {
        #expect(result.problem == nil)
        let file = try readWAV(result.path)
        let (left, right) = (file.samples(channel: 0), file.samples(channel: 1))
        for (scene, end) in zip(Self.scenes, ends) {
            guard right.count >= end - 800 else {
                Issue.record("the recording ends before \(scene.name)")
                return
            }
            let window = (end - 3_200)..<(end - 800)
            var agents = Set(zip(scene.roles, Self.tones).filter { $0.0 == .talk }.map(\.1))
            agents.remove(440)
            #expect(tones(left[window]) == [440], "\(scene.name)")
            #expect(tones(right[window]) == agents, "\(scene.name)")
        }
    }

    private func tones(_ heard: Heard) -> Set<Double> {
        // A leg that hears nobody may still be sent silence, or the rest of what it heard.
        guard heard.sound.count >= Self.measured else { return [] }
        return tones(heard.sound.suffix(Self.measured))
    }

    private func tones(_ samples: some Collection<Int16>) -> Set<Double> {
        Set(Self.tones.filter { Goertzel.share(of: $0, in: samples) > 0.02 })
    }

    @Test func `a key pressed in a room is heard by all who hear who pressed it`() async throws {
        let test = try TestEngine()
        let phones = try (0..<3).map { _ in try TestPhone() }
        let ports = try zip(Self.legs, phones).map { try test.connect($0, to: $1) }
        test.engine.arrange("c", Self.scenes[2].seats)
        let speakers = try [
            Speaker(phones[0], to: ports[0], tone: 440), Speaker(phones[1], to: ports[1], tone: 660, keys: "7"),
            Speaker(phones[2], to: ports[2], tone: 880, keys: "1"),
        ]
        let heard = try await Conversation.hold(speakers, frames: 40)
        #expect(heard.map(\.keys) == ["7", "", "7"])
        #expect(heard[0].isSmooth)
        await test.end()
    }

    @Test func `when all but two have left a room, they are relayed`() async throws {
        let test = try TestEngine()
        let phones = try (0..<3).map { _ in try TestPhone() }
        let ports = try zip(Self.legs, phones).map { try test.connect($0, to: $1) }
        test.engine.arrange("c", Self.scenes[1].seats)
        let speakers = try (0..<3).map { try Speaker(phones[$0], to: ports[$0], tone: Self.tones[$0]) }
        _ = try await Conversation.hold(speakers, frames: 10)
        test.engine.unbridge(Self.supervisor)
        test.engine.arrange("c", [RoomSeat(Self.customer, .talk), RoomSeat(Self.agent, .talk)])
        _ = try await Conversation.hold(speakers, frames: 15)
        // Nobody speaks: a mix would send silence, a relay sends nothing.
        let silent = try zip(phones, ports).map { try Speaker($0, to: $1) }
        let heard = try await Conversation.hold(silent, frames: 20)
        #expect(heard.allSatisfy { $0.headers.count < 3 })
        await test.end()
    }
}
