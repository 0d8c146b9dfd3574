import Contracts
import Glibc
import Synchronization

extension MediaEngine {
    /// From now on the leg's voice is a fax's worker, which hears it; nil ends that. The descriptor is the engine's from here on.
    func attachFax(_ leg: LegID, _ line: FaxLine?) {
        state.withLock { state in
            guard let worker = state.workers[leg] else {
                if let line { Glibc.close(line.descriptor) }
                return
            }
            send(.fax(leg, line), to: worker)
        }
    }

    /// Tells the worker something; its socket is the media thread's alone.
    func tellFax(_ leg: LegID, _ message: [UInt8]) { post(leg, .faxMessage(leg, message)) }

    /// From now on the leg's datagrams are a fax by T.38, which passes between it and its worker, or the leg it is bridged
    /// with; ``connect(_:_:)`` brings its sound back.
    /// - Throws: `MediaError.badAddress`
    func connectImage(_ leg: LegID, address: String, port: UInt16) throws {
        post(leg, .image(leg, try SocketAddress(address, port: port)))
    }
}
