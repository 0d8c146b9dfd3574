import Contracts
import ServiceKit

extension Reporting {
    /// Everything reporting listens to, in the order of a call's life.
    func eventHandlers() -> EventHandlers {
        var events = EventHandlers()
        events.on(CallStarted.self) { call, envelope, connection in
            try ContactFold.started(call, tenant: try tenant(of: envelope), in: connection)
        }
        events.on(CallAnswered.self) { call, envelope, connection in
            try ContactFold.answered(call, tenant: try tenant(of: envelope), in: connection)
        }
        events.on(CallEnded.self) { call, envelope, connection in
            try ContactFold.ended(call, tenant: try tenant(of: envelope), in: connection)
        }
        events.on(AfterCallWorkEnded.self) { work, envelope, connection in
            try ContactFold.afterCallWorkEnded(work, tenant: try tenant(of: envelope), in: connection)
        }
        events.on(CallSurveyAnswered.self) { answer, envelope, connection in
            try SurveyStore.answered(answer, tenant: try tenant(of: envelope), in: connection)
        }
        events.on(RecordingClosed.self) { recording, envelope, connection in
            try ContactFold.recordingClosed(recording, tenant: try tenant(of: envelope), in: connection)
        }
        events.on(AgentStateChanged.self) { change, envelope, connection in
            try AgentTimelineStore.changed(change.agent, tenant: try tenant(of: envelope), in: connection)
        }
        return events
    }
}

private func tenant(of envelope: Envelope) throws -> TenantID {
    guard let tenant = envelope.tenant else { throw Failure(.invalid, "The fact \(envelope.type) names no tenant.") }
    return tenant
}
