import Contracts
import Dispatch
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Brings what the recorder wrote into its format and its place, on a thread of its own: far from the threads that carry sound.
/// What has ended within a moment is done together, for most of what one costs is the disk's, and the disk is asked once for
/// all. What cannot be done now, as on a full disk, is tried again until it can.
final class RecordingFinisher: Service, Sendable {
    /// A turn begins no sooner after the one before.
    private static let gathering: Duration = .milliseconds(250)

    let place: RecordingPlace
    private let store: RecordingStore
    private let notes: WriteBehind<RecordingID, OwnedRecording>
    private let instance: InstanceID
    private let publish: @Sendable (any Fact, TenantID) -> Void
    private let metrics: MediaServerMetrics
    private let log: Logger
    private let retry: Duration
    private let thread = DispatchQueue(label: "recording-finisher", qos: .utility)
    private let waiting = Mutex<[OwnedRecording]>([])
    /// Says that something waits.
    private let (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(
        _ place: RecordingPlace, store: RecordingStore, notes: WriteBehind<RecordingID, OwnedRecording>,
        instance: InstanceID, metrics: MediaServerMetrics, retry: Duration = .seconds(2), log: Logger,
        publish: @escaping @Sendable (any Fact, TenantID) -> Void
    ) {
        self.place = place
        self.store = store
        self.notes = notes
        self.instance = instance
        self.metrics = metrics
        self.retry = retry
        self.log = log
        self.publish = publish
    }

    /// For a recording that is closed.
    func take(_ recording: OwnedRecording) {
        waiting.withLock { $0.append(recording) }
        waker.yield()
    }

    func run() async throws {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { tasks in
                tasks.addTask { await self.takeUnfinished() }
                for await _ in wakes {
                    let began = ContinuousClock.now
                    let delayed = await finishWaiting()
                    if !delayed.isEmpty {
                        tasks.addTask {
                            guard (try? await Task.sleep(for: self.retry)) != nil else { return }
                            for recording in delayed { self.take(recording) }
                        }
                    }
                    try? await Task.sleep(until: began + Self.gathering, clock: .continuous)
                }
                tasks.cancelAll()
            }
        } onGracefulShutdown: {
            self.waker.finish()
        }
    }

    /// - Returns: those to be tried again.
    private func finishWaiting() async -> [OwnedRecording] {
        var delayed: [OwnedRecording] = []
        while true {
            let next = waiting.withLock { waiting in
                let next = Self.together(waiting)
                waiting.removeFirst(next.count)
                return next
            }
            guard !next.isEmpty else { return delayed }
            delayed += await finish(next)
        }
    }

    /// The first that wait, each of them once: two at work on one file would spoil it.
    private static func together(_ waiting: [OwnedRecording]) -> [OwnedRecording] {
        var known: Set<RecordingOwner> = []
        return Array(waiting.prefix(RecordingFinishing.most).prefix { known.insert($0.owner).inserted })
    }

    /// What an earlier run did not bring to its end.
    private func takeUnfinished() async {
        while !Task.isCancelled {
            do {
                for recording in try await store.unverified(of: instance) { take(recording) }
                return
            } catch {
                log.warning("unfinished recordings not found yet", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(5))
            }
        }
    }

    /// - Returns: those to be tried again.
    func finish(_ recordings: [OwnedRecording]) async -> [OwnedRecording] {
        let finishing = RecordingFinishing(place: place, note: note)
        let outcomes = await withCheckedContinuation { done in
            thread.async { done.resume(returning: finishing.finish(recordings)) }
        }
        return zip(recordings, outcomes).filter { !isDone($0, $1) }.map(\.0)
    }

    /// - Returns: false if it is to be tried again.
    private func isDone(_ recording: OwnedRecording, _ outcome: Result<Recording, any Error>) -> Bool {
        switch outcome {
        case .success(let verified):
            metrics.verifiedRecording()
            publish(
                RecordingVerified(
                    recordingID: verified.id, callID: verified.callID, instance: instance,
                    format: verified.format.rawValue, sha256: verified.sha256 ?? "", isSealed: verified.keyID != nil),
                recording.tenant)
            return true
        case .failure(let error as FinishError):
            log.error(
                "recording cannot be finished, ever",
                metadata: ["recording.id": "\(recording.recording.id)", "error": "\(error)"])
            return true
        case .failure(let error):
            metrics.delayedRecording()
            log.warning(
                "recording not finished yet",
                metadata: ["recording.id": "\(recording.recording.id)", "error": "\(error)"])
            return false
        }
    }

    private func note(_ recording: OwnedRecording) { notes.note(recording.recording.id, recording) }
}
