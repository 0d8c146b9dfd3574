/// What the tones of a network or of a machine mean.
enum SignalTone: Equatable, Sendable {
    case busy, congestion, ringing
    /// Special information: three rising tones before an announcement (ITU-T E.180).
    case special(Special)
    case fax

    enum Special: String, Sendable {
        /// The number is not in use.
        case vacant
        /// It was changed, or is served elsewhere.
        case intercept
        /// The call could not be led there.
        case reorder, noCircuit
        case other
    }

    /// What the runs so far amount to; nil if nothing yet.
    /// - Parameter afterSpeech: a caller's fax does not speak; what sounds like it then is a machine's beep.
    static func meaning(of runs: ToneRuns, afterSpeech: Bool) -> (tone: SignalTone, reason: String)? {
        if let current = runs.current, let found = calledFax(current) { return found }
        guard let last = runs.ended.last else { return nil }
        return calledFax(last) ?? (afterSpeech ? nil : callingFax(last)) ?? special(runs.ended.suffix(3))
            ?? cadence(runs.ended)
    }

    // MARK: Fax

    /// 2 100 Hz for a second and more (ITU-T T.30 CED, V.25 ANS).
    private static func calledFax(_ run: ToneRuns.Run) -> (SignalTone, String)? {
        guard !run.isPair, abs(run.frequency - 2_100) <= 25, run.milliseconds >= 1_000 else { return nil }
        return (.fax, "2 100 Hz for \(run.milliseconds) ms")
    }

    /// 1 100 Hz for half a second (T.30 CNG).
    private static func callingFax(_ run: ToneRuns.Run) -> (SignalTone, String)? {
        guard !run.isPair, abs(run.frequency - 1_100) <= 38, (400...700).contains(run.milliseconds) else { return nil }
        return (.fax, "1 100 Hz for \(run.milliseconds) ms")
    }

    // MARK: Special information

    private static func special(_ runs: ArraySlice<ToneRuns.Run>) -> (SignalTone, String)? {
        guard runs.count == 3, runs.allSatisfy({ !$0.isPair && (200...480).contains($0.milliseconds) }),
            runs.dropFirst().allSatisfy({ $0.pauseBefore <= 100 })
        else { return nil }
        let tones = runs.map { $0 }
        guard (890...1_010).contains(tones[0].frequency), (1_340...1_460).contains(tones[1].frequency),
            (1_730...1_850).contains(tones[2].frequency)
        else { return nil }
        let reason = tones.map { "\($0.frequency) Hz" }.joined(separator: ", ")
        return (.special(kind(tones)), reason)
    }

    /// North America tells more by the first two tones' height and length; elsewhere they are 950 and 1 400 Hz.
    private static func kind(_ tones: [ToneRuns.Run]) -> Special {
        let isFirstHigh = abs(tones[0].frequency - 985) < 20
        let isSecondHigh = abs(tones[1].frequency - 1_428) < 15
        guard isFirstHigh || abs(tones[0].frequency - 914) < 20, isSecondHigh || abs(tones[1].frequency - 1_371) < 15
        else { return .other }
        return switch (isFirstHigh, isSecondHigh) {
        case (true, false): .vacant
        case (false, false): .intercept
        case (false, true): .reorder
        case (true, true): .noCircuit
        }
    }

    // MARK: Cadences

    /// Tones of a telephone network: 400 to 450 Hz, or 480 and 620 together.
    private static func isCallProgress(_ run: ToneRuns.Run) -> Bool {
        run.isPair ? true : (350...500).contains(run.frequency)
    }

    private static func cadence(_ runs: [ToneRuns.Run]) -> (SignalTone, String)? {
        guard let last = runs.last, isCallProgress(last) else { return nil }
        if (800...2_200).contains(last.milliseconds), runs.count == 1 || last.pauseBefore >= 1_800 {
            return (.ringing, description(last, pause: nil))
        }
        // Three beats, of which the last two pauses are as long as the tones: 0.35 s in China, half a second elsewhere.
        let beats = runs.suffix(3)
        guard beats.count == 3, beats.allSatisfy({ isCallProgress($0) && abs($0.frequency - last.frequency) <= 12 }),
            beats.allSatisfy({ abs($0.milliseconds - last.milliseconds) <= 60 }),
            beats.dropFirst().allSatisfy({ abs($0.pauseBefore - last.milliseconds) <= 100 })
        else { return nil }
        switch last.milliseconds {
        // Fast, or slow as China's: the network is full.
        case 160..<300, 600...800: return (.congestion, description(last, pause: last.pauseBefore))
        case 300..<600: return (.busy, description(last, pause: last.pauseBefore))
        default: return nil
        }
    }

    private static func description(_ run: ToneRuns.Run, pause: Int?) -> String {
        "\(run.frequency) Hz for \(run.milliseconds) ms" + (pause.map { ", \($0) ms of silence between" } ?? "")
    }
}
