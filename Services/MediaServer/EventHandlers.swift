import Contracts
import ServiceKit

extension MediaServer {
    /// Everything the media server listens to.
    func eventHandlers() -> EventHandlers {
        var events = EventHandlers()
        events.on(AccessNumberChanged.self) { change, envelope, connection in
            guard let tenant = envelope.tenant else { return }
            try AccessNumberStore.changed(change, tenant: tenant, in: connection)
        }
        return events
    }

    /// What the calls say of recordings: one that is named here and that nobody made raises an alarm; and of messages.
    func callHandlers() -> EventHandlers {
        var events = EventHandlers()
        events.on(CallEnded.self) { call, envelope, connection in
            guard let tenant = envelope.tenant else { return }
            try RecordingStore.expect(call, tenant: tenant, in: connection)
        }
        events.on(VoicemailLeft.self) { message, envelope, connection in
            guard let tenant = envelope.tenant else { return }
            try VoicemailStore.left(message, tenant: tenant, in: connection)
        }
        return events
    }

    /// The access numbers as crm has them, to begin with: most were given longer ago than facts are kept.
    @Sendable func copyNumbers() async throws -> StateCopy {
        try await StateCopy.fetch(over: kit.bus, from: .crm, CopyAccessNumbers.init(after:)) { numbers, connection in
            try AccessNumberStore.replace(numbers, in: connection)
        }
    }
}
