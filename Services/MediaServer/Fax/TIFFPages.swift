/// What a TIFF file says of its pages (TIFF 6.0, and TIFF-F for fax, RFC 2306). Reads any bytes, and refuses more pages than a
/// fax may have.
struct TIFFPages: Equatable {
    /// One page's directory.
    struct Page: Equatable {
        var width = 0
        var length = 0
        var bitsPerSample = 1
        var samplesPerPixel = 1
        /// 1 none, 3 Group 3, 4 Group 4.
        var compression = 1
        var strips: [Range<Int>] = []

        /// As a fax machine prints it: black and white, of one of the widths of paper.
        var isFax: Bool {
            bitsPerSample == 1 && samplesPerPixel == 1 && [1, 3, 4].contains(compression)
                && [1_728, 2_048, 2_432].contains(width) && (1...20_000).contains(length)
        }
    }

    let pages: [Page]

    /// Nil for what is no TIFF, is damaged, or has more pages.
    init?(_ bytes: [UInt8], most: Int) {
        guard bytes.count >= 8, let reader = Reader(bytes), reader.sixteen(2) == 42,
            var place = reader.thirtyTwo(4)
        else { return nil }
        var pages: [Page] = []
        // A directory that leads back to one before ends at the most pages.
        while place != 0 {
            guard pages.count < most, let count = reader.sixteen(place), count > 0, count <= 4_096 else { return nil }
            guard let page = Self.page(reader, at: place + 2, entries: count),
                let next = reader.thirtyTwo(place + 2 + count * 12)
            else { return nil }
            pages.append(page)
            place = next
        }
        guard !pages.isEmpty else { return nil }
        self.pages = pages
    }

    private static func page(_ reader: Reader, at start: Int, entries: Int) -> Page? {
        var page = Page()
        var (offsets, lengths): ([Int], [Int]) = ([], [])
        for index in 0..<entries {
            let entry = start + index * 12
            guard let tag = reader.sixteen(entry) else { return nil }
            switch tag {
            case 256: page.width = reader.value(entry) ?? 0
            case 257: page.length = reader.value(entry) ?? 0
            case 258: page.bitsPerSample = reader.value(entry) ?? 0
            case 259: page.compression = reader.value(entry) ?? 0
            case 277: page.samplesPerPixel = reader.value(entry) ?? 0
            case 273: offsets = reader.values(entry)
            case 279: lengths = reader.values(entry)
            default: break
            }
        }
        guard page.width > 0, page.length > 0, !offsets.isEmpty, offsets.count == lengths.count else { return nil }
        for (offset, length) in zip(offsets, lengths) {
            guard offset <= reader.bytes.count, length <= reader.bytes.count - offset else { return nil }
            page.strips.append(offset..<(offset + length))
        }
        return page
    }

    private struct Reader {
        let bytes: [UInt8]
        let isLittle: Bool

        init?(_ bytes: [UInt8]) {
            self.bytes = bytes
            switch (bytes[0], bytes[1]) {
            case (0x49, 0x49): isLittle = true
            case (0x4D, 0x4D): isLittle = false
            default: return nil
            }
        }

        func sixteen(_ place: Int) -> Int? {
            guard place >= 0, place <= bytes.count - 2 else { return nil }
            let (first, second) = (Int(bytes[place]), Int(bytes[place + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }

        func thirtyTwo(_ place: Int) -> Int? {
            guard let first = sixteen(place), let second = sixteen(place + 2) else { return nil }
            return isLittle ? second << 16 | first : first << 16 | second
        }

        /// An entry's first value.
        func value(_ entry: Int) -> Int? { values(entry).first }

        /// An entry's values: 16 or 32 bits each.
        func values(_ entry: Int) -> [Int] {
            guard let type = sixteen(entry + 2), type == 3 || type == 4, let count = thirtyTwo(entry + 4),
                (1...65_536).contains(count)
            else { return [] }
            let size = type == 3 ? 2 : 4
            let start = size * count <= 4 ? entry + 8 : thirtyTwo(entry + 8)
            guard let start, start <= bytes.count - size * count else { return [] }
            return (0..<count).compactMap { size == 2 ? sixteen(start + $0 * 2) : thirtyTwo(start + $0 * 4) }
        }
    }
}
