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
}
