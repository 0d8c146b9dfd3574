extension String {
    /// Whether people can have written it as a name: so many characters, none of them invisible control codes, and no more
    /// bytes than an index of PostgreSQL holds, however many marks are heaped on a letter.
    public func isName(_ length: ClosedRange<Int>) -> Bool {
        length.contains(count) && utf8.count <= min(2000, 4 * length.upperBound) && contains { !$0.isWhitespace }
            && !unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
