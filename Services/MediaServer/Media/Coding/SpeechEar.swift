import Contracts
import Synchronization

/// Hears what a leg says, while it is to be understood. It is touched by the thread that the leg belongs to, and moves with it;
/// the lock, which nobody else wants, is the compiler's assurance.
final class SpeechEar: Sendable {
    let recognitionID: Int
    private let hearing: Mutex<Hearing>

    init(_ settings: SpeechRecognition, at now: Int64) {
        recognitionID = settings.recognitionID
        hearing = Mutex(Hearing(settings, at: now))
    }

    var isDone: Bool { hearing.withLock { $0.isDone } }

    /// - Returns: what was found; mostly nothing.
    func take(_ samples: UnsafeBufferPointer<Int16>, isPrompted: Bool) -> [SpeechFinding] {
        hearing.withLock { $0.take(samples, isPrompted: isPrompted) }
    }

    /// Who sends nothing is silent.
    func catchUp(at now: Int64, isPrompted: Bool) -> [SpeechFinding] {
        hearing.withLock { $0.catchUp(at: now, isPrompted: isPrompted) }
    }
}

/// Cuts what is said into the frames that ``SpeechEndpoint`` takes, with silence for what does not come, and keeps what is said.
private struct Hearing: Sendable {
    private static let frameSamples = 160
    /// What is this late does not come any more; microseconds.
    private static let patience: Int64 = 300_000
    /// Before he is known to speak he has begun: so much is kept of what came before, in samples.
    private static let before = 4_800

    private var endpoint: SpeechEndpoint
    private var frame: [Int16] = []
    private var sound: [Int16] = []
    private var hasBegun = false
    private let beganAt: Int64
    private var milliseconds = 0

    init(_ settings: SpeechRecognition, at now: Int64) {
        endpoint = SpeechEndpoint(settings)
        beganAt = now
        frame.reserveCapacity(Self.frameSamples)
        // Nothing is allocated while it is heard, unless somebody speaks for long.
        sound.reserveCapacity(min(settings.longest + 2_000, 20_000) * 8)
    }

    var isDone: Bool { endpoint.isDone }

    mutating func take(_ samples: UnsafeBufferPointer<Int16>, isPrompted: Bool) -> [SpeechFinding] {
        var findings: [SpeechFinding] = []
        for sample in samples {
            frame.append(sample)
            guard frame.count == Self.frameSamples else { continue }
            // Taken out meanwhile, so that listening may change the rest; nothing is copied.
            var full: [Int16] = []
            swap(&full, &frame)
            if let finding = full.withUnsafeBufferPointer({ listen($0, isPrompted) }) { findings.append(finding) }
            full.removeAll(keepingCapacity: true)
            swap(&full, &frame)
        }
        return findings
    }

    mutating func catchUp(at now: Int64, isPrompted: Bool) -> [SpeechFinding] {
        var findings: [SpeechFinding] = []
        while !isDone, now - beganAt - Int64(milliseconds) * 1_000 > Self.patience {
            let nothing = UnsafeBufferPointer<Int16>(start: nil, count: 0)
            if let finding = listen(nothing, isPrompted) { findings.append(finding) }
        }
        return findings
    }

    private mutating func listen(_ frame: UnsafeBufferPointer<Int16>, _ isPrompted: Bool) -> SpeechFinding? {
        guard !isDone else { return nil }
        milliseconds += 20
        if frame.isEmpty {
            sound.append(contentsOf: repeatElement(0, count: Self.frameSamples))
        } else {
            sound.append(contentsOf: frame)
        }
        if !hasBegun, sound.count > Self.before * 4 { sound.removeFirst(sound.count - Self.before) }
        switch endpoint.take(frame, isPrompted: isPrompted) {
        case .began:
            hasBegun = true
            if sound.count > Self.before { sound.removeFirst(sound.count - Self.before) }
            return .began
        case .spoke: return .spoke(sound)
        case .silence: return .silence
        case .tooLong: return .tooLong
        case nil: return nil
        }
    }
}

/// What was found while somebody was listened to.
enum SpeechFinding: Equatable, Sendable {
    case began
    /// With what he said, at 8 kHz.
    case spoke([Int16])
    case silence
    case tooLong
}
