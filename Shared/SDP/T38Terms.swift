/// What a side says of the T.38 it speaks (T.38 annex D), in the attributes of `m=image … udptl t38`.
public struct T38Terms: Codable, Equatable, Sendable {
    /// How lost packets are made good.
    public enum ErrorCorrection: String, Codable, Sendable, CaseIterable {
        case redundancy = "t38UDPRedundancy"
        case parity = "t38UDPFEC"
        case none = "t38UDPNoEC"
    }

    public var version: Int
    /// Bits in a second.
    public var maximumRate: Int
    /// Whether the training check goes through, `transferredTCF`, as UDP wants it.
    public var transfersTraining: Bool
    public var maximumBuffer: Int
    /// The longest datagram that it takes.
    public var maximumDatagram: Int
    public var errorCorrection: ErrorCorrection
    public var removesFillBits: Bool

    public init(
        version: Int = 0, maximumRate: Int = 14_400, transfersTraining: Bool = true, maximumBuffer: Int = 2_000,
        maximumDatagram: Int = 1_400, errorCorrection: ErrorCorrection = .redundancy, removesFillBits: Bool = false
    ) {
        self.version = version
        self.maximumRate = maximumRate
        self.transfersTraining = transfersTraining
        self.maximumBuffer = maximumBuffer
        self.maximumDatagram = maximumDatagram
        self.errorCorrection = errorCorrection
        self.removesFillBits = removesFillBits
    }

    /// What is not said is as the standard has it; what makes no sense counts as not said. Names are taken in any case,
    /// for far ends write them in several.
    public init(_ attributes: [Attribute]) {
        self.init()
        for attribute in attributes {
            let value = (attribute.value ?? "").trimmed
            switch attribute.name.lowercased() {
            case "t38faxversion": version = Self.number(value, in: 0...9) ?? version
            case "t38maxbitrate": maximumRate = Self.number(value, in: 2_400...33_600) ?? maximumRate
            case "t38faxratemanagement": transfersTraining = value.lowercased() != "localtcf"
            case "t38faxmaxbuffer": maximumBuffer = Self.number(value, in: 1...1_000_000) ?? maximumBuffer
            case "t38faxmaxdatagram": maximumDatagram = Self.number(value, in: 1...65_535) ?? maximumDatagram
            case "t38faxfillbitremoval": removesFillBits = value != "0"
            case "t38faxudpec":
                errorCorrection =
                    ErrorCorrection.allCases.first { $0.rawValue.lowercased() == value.lowercased() } ?? .none
            default: break
            }
        }
    }

    private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }

    public var attributes: [Attribute] {
        [
            Attribute("T38FaxVersion", "\(version)"), Attribute("T38MaxBitRate", "\(maximumRate)"),
            Attribute("T38FaxRateManagement", transfersTraining ? "transferredTCF" : "localTCF"),
            Attribute("T38FaxMaxBuffer", "\(maximumBuffer)"), Attribute("T38FaxMaxDatagram", "\(maximumDatagram)"),
            Attribute("T38FaxUdpEC", errorCorrection.rawValue),
        ] + (removesFillBits ? [Attribute("T38FaxFillBitRemoval")] : [])
    }

    /// What we say to who says this: nothing beyond what he does, and redundancy, which every receiver reads, unless he reads none.
    public var answer: T38Terms {
        T38Terms(
            version: min(version, 3), maximumRate: min(maximumRate, 14_400), transfersTraining: true,
            errorCorrection: errorCorrection == .none ? .none : .redundancy)
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " || $0 == "\r" }.reversed())
    }
}

/// What both sides agreed on for a fax by T.38, seen from our side.
public struct AgreedImage: Equatable, Sendable {
    /// What the other side takes.
    public var terms: T38Terms
    public var remoteAddress: String
    public var remotePort: UInt16

    public init(terms: T38Terms, remoteAddress: String, remotePort: UInt16) {
        self.terms = terms
        self.remoteAddress = remoteAddress
        self.remotePort = remotePort
    }
}
