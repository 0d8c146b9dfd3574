/// What passes between the media-server and the worker of one fax over their socket, a datagram a message: a byte that says
/// what it is, and the rest.
///
///     media-server ──job, sound, tick, datagram, image──▶ fax-worker ──sound, datagram──▶ media-server
///
/// What happens to the fax comes as ``FaxEvent``s, a line each, on the worker's standard output.
public enum FaxMessage {
    /// The first byte.
    public enum Kind: UInt8, Sendable {
        /// ``FaxJob`` in JSON: the first message.
        case job = 1
        /// To the worker: ``FaxSound/size`` bytes of head, then G.711. From it: 20 ms of 16-bit samples, little-endian.
        case sound = 2
        /// 20 ms have passed: the worker says what it has to say.
        case tick = 3
        /// A datagram of UDPTL.
        case datagram = 4
        /// ``T38Terms`` in JSON: from now on the fax goes by T.38.
        case image = 5
    }

    /// The longest message.
    public static let maximumBytes = 2_048
}

/// The head of a packet of sound on its way to the worker.
public struct FaxSound: Equatable, Sendable {
    public static let size = 7

    public let isALaw: Bool
    public let sequence: UInt16
    public let timestamp: UInt32

    public init(isALaw: Bool, sequence: UInt16, timestamp: UInt32) {
        self.isALaw = isALaw
        self.sequence = sequence
        self.timestamp = timestamp
    }

    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.size else { return nil }
        isALaw = bytes[0] != 0
        sequence = UInt16(bytes[1]) << 8 | UInt16(bytes[2])
        timestamp = (3..<7).reduce(0) { $0 << 8 | UInt32(bytes[$1]) }
    }

    /// The bytes must have room for ``size``.
    public func write(into bytes: UnsafeMutableRawBufferPointer) {
        guard bytes.count >= Self.size else { return }
        bytes[0] = isALaw ? 1 : 0
        (bytes[1], bytes[2]) = (UInt8(sequence >> 8), UInt8(truncatingIfNeeded: sequence))
        for index in 0..<4 { bytes[3 + index] = UInt8(truncatingIfNeeded: timestamp >> (24 - 8 * UInt32(index))) }
    }
}

/// What a worker is to do: one fax, sent or received.
public struct FaxJob: Codable, Equatable, Sendable {
    public var sends: Bool
    /// The TIFF to send, or the one to write.
    public var file: String
    /// What the other machine is shown, of `0-9 +`, 20 at most.
    public var station: String
    /// On top of each page sent; nil for nothing.
    public var header: String?
    public var usesErrorCorrection: Bool
    /// Beyond, a fax that comes is ended.
    public var mostPages: Int

    public init(
        sends: Bool, file: String, station: String, header: String? = nil, usesErrorCorrection: Bool = true,
        mostPages: Int = 200
    ) {
        self.sends = sends
        self.file = file
        self.station = station
        self.header = header
        self.usesErrorCorrection = usesErrorCorrection
        self.mostPages = mostPages
    }
}

/// What happens to a fax.
public enum FaxEvent: Codable, Equatable, Sendable {
    /// Ready: the document can be read or written.
    case ready
    /// The other side is a fax machine that calls (CNG).
    case calling
    /// The other side is a fax machine that answers (the V.21 preamble).
    case answering
    /// So many pages are whole.
    case page(Int)
    /// The last.
    case ended(FaxResult)
}

/// How a fax went, by T.30.
public struct FaxResult: Codable, Equatable, Sendable {
    /// spandsp's completion code; 0 for well.
    public var code: Int
    /// The same in words.
    public var reason: String
    public var pages: Int
    /// Bits in a second.
    public var rate: Int
    public var usedErrorCorrection: Bool
    public var usedT38: Bool
    /// What the other machine calls itself.
    public var remoteStation: String?
    /// UDPTL packets made good, and lost for good.
    public var repaired: Int
    public var lost: Int

    public init(
        code: Int, reason: String, pages: Int = 0, rate: Int = 0, usedErrorCorrection: Bool = false,
        usedT38: Bool = false, remoteStation: String? = nil, repaired: Int = 0, lost: Int = 0
    ) {
        self.code = code
        self.reason = reason
        self.pages = pages
        self.rate = rate
        self.usedErrorCorrection = usedErrorCorrection
        self.usedT38 = usedT38
        self.remoteStation = remoteStation
        self.repaired = repaired
        self.lost = lost
    }
}
