import Contracts
import Foundation
import TestSupport
import Testing

@testable import Bus

/// A peer that knows nothing of us but docs/bus.md.
private let script = """
    import base64, json, sys, zmq
    keys, publish, requests = sys.argv[1:4]
    def text(name): return open(keys + "/" + name).read().strip().encode()
    context = zmq.Context()
    def connect(kind, address):
        socket = context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVTIMEO, 20000)
        socket.curve_secretkey = text("reporting.key")
        socket.curve_publickey = text("reporting.pub")
        socket.curve_serverkey = text("cti.pub")
        socket.connect(address)
        return socket
    events = connect(zmq.SUB, publish)
    events.setsockopt(zmq.SUBSCRIBE, b"thing.")
    events.setsockopt(zmq.SUBSCRIBE, b"bus.heartbeat")
    asking = connect(zmq.DEALER, requests)
    def ask(number, name, body, **more):
        header = dict(id=number, name=name, milliseconds=20000, **{"from": "reporting/9"}, **more)
        asking.send_multipart([json.dumps(header).encode(), json.dumps(body).encode()])
        answer, body = asking.recv_multipart()
        answer = json.loads(answer)
        assert answer["id"] == number, answer
        return answer["ok"], json.loads(body)
    def event(topic):
        while True:
            frames = events.recv_multipart()
            assert len(frames) == 3, frames
            if frames[0] == topic: return json.loads(frames[1]), json.loads(frames[2])

    # A heartbeat says that the connection stands; only then may the fact be sent.
    header, heartbeat = event(b"bus.heartbeat")
    assert heartbeat["instance"] == "cti/1" and header["number"] == 0, heartbeat
    assert ask(1, "test.echo", {"text": "hi"}, tenant="acme", key="k") == (True, {"text": "hi acme reporting/9"})
    ok, failure = ask(2, "test.nothing", {})
    assert not ok and failure["kind"] == "notFound" and failure["message"], failure
    header, body = event(b"thing.happened")
    assert header["type"] == "thing.happened" and header["version"] == 1 and header["number"] == 1, header
    assert header["stream"].startswith("cti/1@") and header["tenant"] == "acme" and header["subject"] == "n1", header
    assert isinstance(header["time"], int) and body == {"name": "n1"}, body
    while heartbeat["heads"] != [{"stream": header["stream"], "head": 1}]: _, heartbeat = event(b"bus.heartbeat")
    ok, reply = ask(3, "bus.replay", {"stream": header["stream"], "from": 1, "through": 9})
    assert ok and len(reply["facts"]) == 1 and reply["facts"][0]["number"] == 1, reply
    assert json.loads(base64.b64decode(reply["facts"][0]["body"])) == body, reply
    ok, reply = ask(4, "bus.heads", {})
    assert ok and {"stream": header["stream"], "head": 1} in reply["heads"], reply
    print("all as in docs/bus.md")
    """

@Suite(.timeLimit(.minutes(1))) struct PythonPeerTests {
    @Test func `a peer in another language speaks docs/bus.md, with keys`() async throws {
        let rig = try ZeroMQRig()
        let cti = try rig.bus(.cti1)
        let journal = try FactJournal(bus: cti, directory: rig.path, sink: KeptFacts(), log: quiet)
        cti.serveReplay(from: [journal])
        cti.serve(Echo.self) { request, context in
            // The peer hears us: now the fact.
            journal.publish(ThingHappened(name: "n1"), tenant: acme, time: Timestamp(microseconds: 5))
            return Echo(text: "\(request.text) \(context.tenant?.rawValue ?? "") \(context.from)")
        }
        try await running([cti]) {
            let said = try await python(
                script, [rig.keys.path, cti.endpoints.publish, cti.endpoints.requests])
            #expect(said == "all as in docs/bus.md\n")
        }
    }

    private func python(_ script: String, _ arguments: [String]) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", script] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { _ in
                continuation.resume(
                    returning: String(decoding: output.fileHandleForReading.availableData, as: UTF8.self))
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }
}
