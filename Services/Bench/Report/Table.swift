/// Rows under a header, in columns as wide as they must be.
struct Table: Sendable {
    let header: [String]
    let rows: [[String]]
    /// Columns of numbers, counted from 0.
    var alignedRight: Set<Int> = []

    /// Lines without spaces at their ends. A row that is too short has empty cells.
    var text: String {
        let all = [header] + rows
        let widths = header.indices.map { column in
            all.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        let lines = all.map { row in line(row, widths) }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return (lines.prefix(1) + [rule] + lines.dropFirst()).joined(separator: "\n")
    }

    private func line(_ row: [String], _ widths: [Int]) -> String {
        let cells = widths.enumerated().map { column, width in
            let cell = row.indices.contains(column) ? row[column] : ""
            let space = String(repeating: " ", count: width - cell.count)
            return alignedRight.contains(column) ? space + cell : cell + space
        }
        var text = cells.joined(separator: "  ")
        while text.last == " " { text.removeLast() }
        return text
    }
}
