import Fax
import Foundation
import SDP

/// The loop: takes messages until the fax has ended or the media-server hangs up.
final class FaxWorker {
    private let socket: FaxSocket
    private let events: FaxEventWriter
    private var machine: FaxMachine?

    init(socket: FaxSocket, events: FaxEventWriter) {
        self.socket = socket
        self.events = events
    }

    func run() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: FaxMessage.maximumBytes, alignment: 16)
        defer { buffer.deallocate() }
        while let count = socket.receive(into: buffer) {
            take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            if let machine, machine.isDone { return events.tell(.ended(machine.result)) }
        }
        // Hung up in the middle of it, or just after the last word.
        if let machine {
            machine.hangUp()
            events.tell(.ended(machine.result))
        }
    }

    private func take(_ message: UnsafeRawBufferPointer) {
        guard let first = message.first, let kind = FaxMessage.Kind(rawValue: first) else { return }
        let rest = UnsafeRawBufferPointer(rebasing: message[1...])
        switch kind {
        case .job: begin(rest)
        case .sound:
            guard let head = FaxSound(rest) else { return }
            machine?.hear(head, UnsafeRawBufferPointer(rebasing: rest[FaxSound.size...]))
        case .tick: machine?.tick()
        case .datagram: machine?.take(datagram: rest)
        case .image:
            guard let terms = try? JSONDecoder().decode(T38Terms.self, from: Data(rest)) else { return }
            machine?.change(to: terms)
        }
    }

    private func begin(_ bytes: UnsafeRawBufferPointer) {
        guard machine == nil, let job = try? JSONDecoder().decode(FaxJob.self, from: Data(bytes)) else { return }
        machine = FaxMachine(job, tell: events.tell) { [socket] in socket.send($0, $1) }
        events.tell(machine == nil ? .ended(FaxResult(code: -1, reason: "There is no memory for a fax.")) : .ready)
    }
}
