/// Makes up sound for lost packets out of what was heard before: the last pitch period again and again, dying away in
/// 60 ms, and fading over into what comes next. In the way of G.711 appendix I, without its delay.
///
///     concealment.heard(frame)            // each frame that came; the first after a loss is blended in
///     if concealment.conceal(frame) { … } // each that did not
public struct LossConcealment: Sendable {
    /// Appendix I: a period is between 2.5 and 15 ms, and the last 20 ms are compared.
    private static let shortestMicroseconds = 2_500
    private static let longestMicroseconds = 15_000
    private static let comparedMilliseconds = 20
    /// As it is for 10 ms, then to nothing by 60 ms.
    private static let steadyMilliseconds = 10
    private static let totalMilliseconds = 60
    private static let smoothingMilliseconds = 2

    private let rate: SampleRate
    /// The newest samples last.
    private var history: [Int16]
    private var period: [Int16]
    private var periodLength = 0
    private var hasHistory = false
    /// Samples made up since the last that came.
    private var made = 0
    /// What joins the first made-up sample to the last that came; it fades.
    private var step: Int32 = 0

    public init(_ rate: SampleRate) {
        self.rate = rate
        let longest = rate.rawValue * Self.longestMicroseconds / 1_000_000
        // What is compared, the longest period before it, and the quarter that is blended.
        history = [Int16](
            repeating: 0, count: rate.perMillisecond * Self.comparedMilliseconds + longest + longest / 4 + 1)
        period = [Int16](repeating: 0, count: longest)
    }

    /// Takes a frame that came; the first after a loss is changed at its beginning.
    public mutating func heard(_ frame: UnsafeMutableBufferPointer<Int16>) {
        // What a codec made up itself it joins itself.
        if made > 0, periodLength > 0 { blend(frame) }
        made = 0
        remember(UnsafeBufferPointer(frame))
        hasHistory = true
    }

    /// Fills a frame that did not come.
    /// - Returns: false when nothing is left to be heard; the frame is silence then.
    public mutating func conceal(_ frame: UnsafeMutableBufferPointer<Int16>) -> Bool {
        guard hasHistory else {
            frame.update(repeating: 0)
            return false
        }
        if made == 0 { findPeriod() }
        let isHeard = made < rate.perMillisecond * Self.totalMilliseconds
        for index in frame.indices { frame[index] = nextMadeUp() }
        if !isHeard { hasHistory = false }
        return isHeard
    }

    /// Takes a frame that the codec made up itself, and lets it die away as ours would.
    /// - Returns: false when nothing is left to be heard; the frame is silence then.
    public mutating func follow(_ frame: UnsafeMutableBufferPointer<Int16>) -> Bool {
        guard hasHistory else {
            frame.update(repeating: 0)
            return false
        }
        periodLength = 0
        let isHeard = made < rate.perMillisecond * Self.totalMilliseconds
        for index in frame.indices {
            frame[index] = Int16(clamping: Int32(frame[index]) * gain / 1_024)
            made += 1
        }
        if !isHeard { hasHistory = false }
        return isHeard
    }

    // MARK: What is made up

    private mutating func nextMadeUp() -> Int16 {
        guard periodLength > 0 else { return 0 }
        let smoothing = rate.perMillisecond * Self.smoothingMilliseconds
        var sample = Int32(period[made % periodLength])
        if made < smoothing { sample += step * Int32(smoothing - made) / Int32(smoothing) }
        sample = sample * gain / 1_024
        made += 1
        return Int16(clamping: sample)
    }

    /// In 1 024ths.
    private var gain: Int32 {
        let steady = rate.perMillisecond * Self.steadyMilliseconds
        let total = rate.perMillisecond * Self.totalMilliseconds
        return made <= steady ? 1_024 : Int32(max(0, total - made) * 1_024 / (total - steady))
    }

    /// What comes now fades in while what was made up dies away.
    private mutating func blend(_ frame: UnsafeMutableBufferPointer<Int16>) {
        let lost = made / rate.perMillisecond
        let overlap = min(frame.count, rate.perMillisecond * min(10, 4 + lost / 5))
        for index in 0..<overlap {
            let old = Int32(nextMadeUp()) * Int32(overlap - index)
            frame[index] = Int16(clamping: (old + Int32(frame[index]) * Int32(index)) / Int32(overlap))
        }
    }

    // MARK: What was heard

    private mutating func remember(_ frame: UnsafeBufferPointer<Int16>) {
        let size = history.count
        history.withUnsafeMutableBufferPointer { history in
            let new = min(frame.count, size)
            for index in 0..<(size - new) { history[index] = history[index + new] }
            for index in 0..<new { history[size - new + index] = frame[frame.count - new + index] }
        }
    }

    /// The shift at which the last 20 ms resemble themselves most.
    private mutating func findPeriod() {
        let shortest = rate.rawValue * Self.shortestMicroseconds / 1_000_000
        var best = shortest
        var bestScore = -Float.infinity
        for lag in shortest...period.count {
            let score = resemblance(lag)
            // Of equals the shorter: twice the period resembles as well.
            if score > bestScore * 1.001 + 0.0001 || bestScore == -.infinity {
                bestScore = score
                best = lag
            }
        }
        cutPeriod(best)
    }

    private func resemblance(_ lag: Int) -> Float {
        let window = rate.perMillisecond * Self.comparedMilliseconds
        return history.withUnsafeBufferPointer { history in
            var product: Float = 0
            var energy: Float = 1
            for index in (history.count - window)..<history.count {
                let earlier = Float(history[index - lag])
                product += Float(history[index]) * earlier
                energy += earlier * earlier
            }
            return product / energy.squareRoot()
        }
    }

    /// Its last quarter runs into what was before its beginning, so that it can be repeated without a seam.
    private mutating func cutPeriod(_ lag: Int) {
        let size = history.count
        let quarter = lag / 4
        for index in 0..<lag {
            var sample = Int32(history[size - lag + index])
            let into = index - (lag - quarter)
            if into >= 0, quarter > 0 {
                let before = Int32(history[size - lag - quarter + into])
                sample = (sample * Int32(quarter - into - 1) + before * Int32(into + 1)) / Int32(quarter)
            }
            period[index] = Int16(clamping: sample)
        }
        periodLength = lag
        step = Int32(history[size - 1]) - Int32(history[size - lag - 1])
    }
}
