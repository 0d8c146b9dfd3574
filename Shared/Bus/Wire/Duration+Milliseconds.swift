extension Duration {
    /// Rounded down; clamped to what a wire field holds.
    var wholeMilliseconds: Int {
        let parts = components
        guard parts.seconds < 1_000_000, parts.seconds > -1_000_000 else {
            return parts.seconds > 0 ? 1_000_000_000 : 0
        }
        return max(0, Int(parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000))
    }
}
