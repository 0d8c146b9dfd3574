import Contracts
import ServiceKit
import ServiceLifecycle

/// Folds the facts of all services into records that people search, count and export.
///
/// This type is the parts list. The fold itself is in `Contacts/ContactFold.swift`.
struct Reporting {
    let kit: ServiceContext

    /// Started from first to last, stopped from last to first.
    func services() -> [any Service] {
        [
            DurableSubscriber(kit, name: "records", from: [.cti, .mediaServer], eventHandlers()),
            kit.application(routes),
        ]
    }

    var routes: [APIRoute] {
        ContactRoutes(contacts: ContactStore(database: kit.database)).routes
            + AgentTimelineRoutes(timelines: AgentTimelineStore(database: kit.database)).routes
            + SurveyRoutes(surveys: SurveyStore(database: kit.database)).routes
    }
}
