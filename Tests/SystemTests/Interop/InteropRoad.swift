import Foundation
import Testing

/// A foreign telephone and the way it takes to us: a row of docs/interop.md.
struct InteropRoad: Sendable, CustomTestStringConvertible {
    enum Peer: String, Sendable { case pjsua, baresip, websocket }

    let peer: Peer
    let transport: String
    var isBehindKamailio = false

    static let all: [InteropRoad] =
        ["udp", "tcp", "tls"].flatMap { transport in
            [
                InteropRoad(peer: .pjsua, transport: transport), InteropRoad(peer: .baresip, transport: transport),
                InteropRoad(peer: .pjsua, transport: transport, isBehindKamailio: true),
            ]
        } + ["ws", "wss"].map { InteropRoad(peer: .websocket, transport: $0) }

    /// Those that call out on their own.
    static let dialling = [InteropRoad(peer: .pjsua, transport: "tcp"), InteropRoad(peer: .baresip, transport: "udp")]

    var testDescription: String { "\(peer.rawValue) by \(transport)" + (isBehindKamailio ? " behind Kamailio" : "") }
    var name: String { "\(peer.rawValue)-\(transport)" + (isBehindKamailio ? "-kamailio" : "") }

    /// What refreshes a session: pjsua asks for 90 s, or keeps to what we asked for; by WebSocket 90 s are asked for; baresip 1.0 knows no session timers and
    /// says a plain re-INVITE.
    func refreshed(asCaller: Bool) -> String {
        guard peer != .baresip else { return "got 200 INVITE" }
        return asCaller || peer == .websocket ? "got 200 UPDATE 90;refresher=" : "got 200 UPDATE 1800;refresher="
    }
}

/// A foreign telephone that runs, told what to do by lines.
struct InteropPeer {
    let program: RunningProgram
    let road: InteropRoad
    /// What it saw on the wire.
    let log: URL

    /// - Parameter phone: the telephone it registers as; nil for somebody outside, who calls from `number`.
    static func start(
        _ road: InteropRoad, as phone: String?, number: String, _ scene: InteropScene
    ) throws -> InteropPeer {
        let suite = scene.crowd.suite
        let place = try suite.scratch("interop-\(road.name)-\(phone ?? "caller")")
        let log = place.appendingPathComponent("wire.log")
        var options = [
            "--transport", road.transport, "--server", "127.0.0.1:\(scene.port(road))", "--user", phone ?? number,
            "--log", log.path,
        ]
        if phone != nil { options += ["--domain", scene.crowd.tenant, "--password-file", suite.places.passwordFile] }
        if road.peer == .baresip { options += ["--place", place.path] }
        if road.peer != .pjsua { options += ["--authorities", suite.places.state + "/sip-tls/certificate.pem"] }
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("\(road.peer.rawValue)_peer.py")
        let python = road.peer == .baresip ? "/usr/bin/python3" : try peersPython()
        let program = try RunningProgram(
            [python, script.path] + options, directory: place, output: place.appendingPathComponent("peer.log"))
        return InteropPeer(program: program, road: road, log: log)
    }

    /// Python with pjsua2 and WebSockets, as deploy/install makes it.
    static func peersPython() throws -> String {
        let python = RunningSuite.root.appendingPathComponent(".build/peers/bin/python").path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw NotSeen(description: "the telephones that deploy/install installs")
        }
        return python
    }

    /// How often it said a line that begins so.
    func count(_ beginning: String) -> Int {
        program.words.split(separator: "\n").count { $0.hasPrefix(beginning) }
    }

    /// Waits until it has said such a line, once more than `before`, if that is given.
    @discardableResult
    func says(_ beginning: String, with end: String = "", after before: Int = 0) async throws -> String {
        try await eventually("“\(beginning) … \(end)” of \(road.testDescription)", within: 25) {
            let lines = program.words.split(separator: "\n").filter { $0.hasPrefix(beginning) && $0.hasSuffix(end) }
            guard lines.count <= before else { return lines.last.map(String.init) }
            guard program.isRunning else { throw NotSeen(description: "it ended: \(program.words.suffix(800))") }
            return nil
        }
    }

    /// Tells it to do something, and waits for what it is to say then.
    func does(_ command: String, says beginning: String, with end: String = "") async throws {
        let before = program.words.split(separator: "\n").count { $0.hasPrefix(beginning) && $0.hasSuffix(end) }
        program.tell(command)
        try await says(beginning, with: end, after: before)
    }

    /// Holds, retrieves, refreshes its session: the cells that are the same whoever called.
    func holdsAndRefreshes(asCaller: Bool) async throws {
        try await does("hold", says: "got 200 INVITE", with: "recvonly")
        try await does("resume", says: "got 200 INVITE", with: "sendrecv")
        try await does("refresh", says: road.refreshed(asCaller: asCaller))
    }
}
