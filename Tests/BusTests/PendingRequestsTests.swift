import Contracts
import TestSupport
import Testing

@testable import Bus

/// What becomes of requests that wait when the directory changes.
@Suite struct PendingRequestsTests {
    private static let acme: TenantID = "acme"

    /// What an asker of cti/1, owner under epoch 3, hears when the directory has changed; nil if it waits on.
    private func heard(after change: (StaticDirectory) -> Void) async -> RequestRouter.Outcome? {
        let endpoints = InstanceEndpoints(publish: "tcp://127.0.0.1:1", requests: "tcp://127.0.0.1:2")
        let directory = StaticDirectory([.cti1: endpoints, .cti2: endpoints])
        directory.setOwner(of: .of(Self.acme), service: .cti, .cti1, epoch: 3)
        let pending = PendingRequests()
        let id = pending.reserve()
        var waitsOn = false
        let outcome = await withCheckedContinuation { asker in
            _ = pending.add(
                id, to: .cti1, as: .shard(.cti, Self.acme), epoch: 3, until: .now + .seconds(60), asker)
            pending.markSent(id)
            change(directory)
            pending.review(directory)
            waitsOn = pending.isWaiting(id)
            pending.finish()
        }
        return waitsOn ? nil : outcome
    }

    private func isMoved(_ outcome: RequestRouter.Outcome?) -> Bool { if case .moved = outcome { true } else { false } }

    @Test func `a request waits on while its owner stays`() async {
        #expect(await heard { $0.set(.cti2, nil) } == nil)
    }

    @Test func `a request goes on to the next owner`() async {
        let outcome = await heard { $0.setOwner(of: .of(Self.acme), service: .cti, .cti2, epoch: 4) }
        #expect(isMoved(outcome))
    }

    @Test func `a request is sent again to an owner that died and came back as its own successor`() async {
        let outcome = await heard { $0.setOwner(of: .of(Self.acme), service: .cti, .cti1, epoch: 4) }
        #expect(isMoved(outcome))
    }
}
