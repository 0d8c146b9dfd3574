import Fax
import Foundation
import Glibc

/// The worker's end of the socket to the media-server: a datagram a message.
struct FaxSocket {
    let descriptor: Int32

    /// Waits for the next message; nil when the media-server has hung up.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return count }
            if count == 0 || errno != EINTR { return nil }
        }
    }

    func send(_ kind: FaxMessage.Kind, _ bytes: UnsafeRawBufferPointer) {
        var message: [UInt8] = [kind.rawValue]
        message += bytes
        // What the media-server does not take now is lost, as on any line.
        _ = message.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}

/// Tells what happens, a line of JSON an event.
struct FaxEventWriter {
    let descriptor: Int32

    func tell(_ event: FaxEvent) {
        guard var line = try? JSONEncoder().encode(event) else { return }
        line.append(UInt8(ascii: "\n"))
        line.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                let written = write(descriptor, rest.baseAddress, rest.count)
                guard written > 0 || errno == EINTR else { return }
                done += max(0, written)
            }
        }
    }
}
