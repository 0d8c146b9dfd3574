import Glibc

/// A program of the kernel's packet filter (classic BPF, as `SO_ATTACH_FILTER` takes it) that lets all datagrams of known hosts
/// through and of all others a share by chance. What it drops wakes nobody and takes no room in the socket's queue.
///
/// It may know more than it is told, never less: near IPv4 addresses are put together when there are many. The gate behind it is
/// exact.
struct SourceFilter: Equatable {
    struct Instruction: Equatable {
        var code: UInt16
        /// How many instructions are passed over when the comparison holds, and when it does not.
        var (yes, no): (UInt8, UInt8)
        var value: UInt32

        init(_ code: UInt16, _ value: UInt32, yes: UInt8 = 0, no: UInt8 = 0) {
            (self.code, self.value, self.yes, self.no) = (code, value, yes, no)
        }

        /// As the kernel has it in memory.
        var word: UInt64 {
            UInt64(code) | UInt64(yes) << 16 | UInt64(no) << 24 | UInt64(value) << 32
        }
    }

    let instructions: [Instruction]

    /// - Parameters:
    ///   - hosts: addresses as text; names are passed over, for a datagram comes from none.
    ///   - strangersShare: from 0 to 1.
    init(known hosts: Set<String>, strangersShare: Double) {
        let older = Self.ranges(Set(hosts.compactMap(Self.older)).sorted(), most: 128)
        let newer = Set(hosts.compactMap(Self.newer)).sorted { $0.lexicographicallyPrecedes($1) }
        let chance = Self.chance(strangersShare)
        let tree = older.isEmpty ? chance : Self.tree(older[...], otherwise: chance)
        // More than fit: IPv6 is left to the gate.
        let list = newer.count <= 32 ? newer.flatMap(Self.match) + chance : [Self.takeIt]
        instructions =
            [
                Instruction(Code.loadByte, Code.network), Instruction(Code.shiftRight, 4),
                Instruction(Code.equal, 4, yes: 0, no: 1), Instruction(Code.jump, 1),
                Instruction(Code.jump, UInt32(clamping: tree.count + 1)),
                Instruction(Code.loadWord, Code.network &+ 12),
            ] + tree + list
    }

    private enum Code {
        static let loadWord: UInt16 = 0x20
        static let loadByte: UInt16 = 0x30
        static let shiftRight: UInt16 = 0x74
        static let jump: UInt16 = 0x05
        static let equal: UInt16 = 0x15
        static let greater: UInt16 = 0x25
        static let atLeast: UInt16 = 0x35
        static let end: UInt16 = 0x06
        /// Where the IP header is found (`SKF_NET_OFF`).
        static let network = UInt32(bitPattern: -0x100000)
        /// A number by chance (`SKF_AD_OFF + SKF_AD_RANDOM`).
        static let random = UInt32(bitPattern: -0x1000 + 56)
    }

    private static let takeIt = Instruction(Code.end, 0x4_0000)

    private static func chance(_ share: Double) -> [Instruction] {
        guard share < 1 else { return [takeIt] }
        let limit = UInt32(clamping: Int64(max(0, share) * 4_294_967_296))
        return [
            Instruction(Code.loadWord, Code.random), Instruction(Code.atLeast, limit, yes: 1), takeIt,
            Instruction(Code.end, 0),
        ]
    }

    /// The address of IPv4, also of one that is written as IPv6.
    private static func older(_ host: String) -> UInt32? {
        if let bytes = bytes(host, AF_INET) { return word(bytes[...]) }
        return bytes(host, AF_INET6).flatMap { $0.starts(with: mapped) ? word($0[12...]) : nil }
    }

    private static func newer(_ host: String) -> [UInt32]? {
        guard let bytes = bytes(host, AF_INET6), !bytes.starts(with: mapped) else { return nil }
        return stride(from: 0, to: 16, by: 4).map { word(bytes[$0..<($0 + 4)]) }
    }

    private static let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    private static func bytes(_ host: String, _ family: CInt) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
        return inet_pton(family, host, &bytes) == 1 ? bytes : nil
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }

    /// At most so many ranges that hold all the addresses, parted where the gaps between them are widest.
    static func ranges(_ sorted: [UInt32], most: Int) -> [ClosedRange<UInt32>] {
        let gaps = zip(sorted, sorted.dropFirst()).enumerated().map { (index: $0, width: $1.1 - $1.0) }
        let parted = gaps.sorted { $0.width > $1.width }.prefix(max(0, most - 1)).map { $0.index + 1 }.sorted()
        return zip([0] + parted, parted + [sorted.count]).compactMap { start, end in
            guard start < end, let low = sorted[start..<end].first, let high = sorted[start..<end].last else {
                return nil
            }
            return low...high
        }
    }

    /// Asks where the address in the accumulator lies, by halves.
    private static func tree(
        _ ranges: ArraySlice<ClosedRange<UInt32>>, otherwise: [Instruction]
    ) -> [Instruction] {
        guard ranges.count > 4 else {
            return ranges.flatMap {
                [
                    Instruction(Code.greater, $0.upperBound, yes: 2), Instruction(Code.atLeast, $0.lowerBound, no: 1),
                    takeIt,
                ]
            } + otherwise
        }
        let half = ranges.count / 2
        let (low, high) = (ranges.prefix(half), ranges.dropFirst(half))
        let left = tree(low, otherwise: otherwise)
        return [
            Instruction(Code.greater, low.last?.upperBound ?? 0, no: 1),
            Instruction(Code.jump, UInt32(clamping: left.count)),
        ] + left + tree(high, otherwise: otherwise)
    }

    /// Takes what comes from this address of IPv6, and goes on behind itself with all else.
    private static func match(_ words: [UInt32]) -> [Instruction] {
        words.enumerated().flatMap { index, word in
            let offset = UInt32(8 + 4 * index)
            let left = UInt8(clamping: 2 * (words.count - 1 - index) + 1)
            return [
                Instruction(Code.loadWord, Code.network &+ offset), Instruction(Code.equal, word, no: left),
            ]
        } + [takeIt]
    }
}
