import Foundation

/// Made-up pages of faxes, and what they are compared by.
public enum Sheets {
    public static let width = 1_728

    /// The rows of a page, black where a bit is set: stripes that lean another way on each page, and a border.
    public static func rows(_ page: Int, count: Int) -> [[UInt8]] {
        (0..<count).map { row in
            (0..<(width / 8)).map { column in
                if row < 4 || column == 0 { return 0xFF }
                return (row / 7 + column * (page + 1)) % 5 == 0 ? 0x3C : 0
            }
        }
    }

    /// A TIFF without compression, at 204 by 98 dots an inch.
    public static func tiff(_ pages: [[[UInt8]]]) -> [UInt8] {
        var bytes: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0]
        func sixteen(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }
        func thirtyTwo(_ value: Int) -> [UInt8] { sixteen(value & 0xFFFF) + sixteen(value >> 16) }
        for (number, rows) in pages.enumerated() {
            let pixels = rows.flatMap(\.self)
            // type 3 is 16 bits, 4 is 32, 5 a fraction.
            let entries: [(tag: Int, type: Int, value: Int)] = [
                (256, 3, width), (257, 3, rows.count), (258, 3, 1), (259, 3, 1), (262, 3, 0), (266, 3, 1),
                (273, 4, 0), (277, 3, 1), (278, 4, rows.count), (279, 4, pixels.count), (282, 5, 0), (283, 5, 1),
                (284, 3, 1), (296, 3, 2),
            ]
            let start = bytes.count
            let fractions = start + 2 + entries.count * 12 + 4
            let data = fractions + 16
            bytes += sixteen(entries.count)
            for entry in entries {
                var value = entry.value
                if entry.tag == 273 { value = data }
                if entry.type == 5 { value = fractions + entry.value * 8 }
                bytes += sixteen(entry.tag) + sixteen(entry.type) + thirtyTwo(1) + thirtyTwo(value)
            }
            let next = data + pixels.count + pixels.count % 2
            bytes += thirtyTwo(number == pages.count - 1 ? 0 : next)
            bytes += thirtyTwo(204) + thirtyTwo(1) + thirtyTwo(98) + thirtyTwo(1)
            bytes += pixels
            if pixels.count % 2 == 1 { bytes.append(0) }
        }
        return bytes
    }

    /// The pixels of each page, row by row, of any TIFF of a fax: libtiff is who reads it.
    public static func pixels(of file: String) throws -> [[UInt8]] {
        let plain = file + ".plain"
        defer { try? FileManager.default.removeItem(atPath: plain) }
        let copier = Process()
        copier.executableURL = URL(filePath: "/usr/bin/tiffcp")
        copier.arguments = ["-c", "none", "-r", "100000", "-f", "msb2lsb", file, plain]
        try copier.run()
        copier.waitUntilExit()
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: plain)))
        return pages(of: bytes)
    }

    private static func pages(of bytes: [UInt8]) -> [[UInt8]] {
        func number(_ place: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
        }
        var pages: [[UInt8]] = []
        var place = number(4, 4)
        while place != 0 {
            let entries = number(place, 2)
            var values: [Int: Int] = [:]
            for index in 0..<entries {
                let entry = place + 2 + index * 12
                values[number(entry, 2)] = number(entry + 2, 2) == 3 ? number(entry + 8, 2) : number(entry + 8, 4)
            }
            let (start, length) = (values[273] ?? 0, values[279] ?? 0)
            pages.append(Array(bytes[start..<(start + length)]))
            place = number(place + 2 + entries * 12, 4)
        }
        return pages
    }
}
