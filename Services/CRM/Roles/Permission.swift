import ServiceKit

/// What somebody may do, down to the button. Roles are sets of these; a tenant may make roles of its own.
enum Permission: String, Codable, Sendable, CaseIterable {
    case customerView = "customer.view"
    case customerCreate = "customer.create"
    case customerEdit = "customer.edit"
    case customerDelete = "customer.delete"
    case userView = "user.view"
    case userManage = "user.manage"
    case roleView = "role.view"
    case roleManage = "role.manage"
    case numberView = "number.view"
    case queueManage = "queue.manage"
    case flowManage = "flow.manage"
    case campaignManage = "campaign.manage"
    /// Sees agents and calls, and listens.
    case callSupervise = "call.supervise"
    /// Whispers, barges in, takes over, releases, and changes agents' states.
    case callIntervene = "call.intervene"
    /// To hear what others said; agents hear their own without.
    case recordingPlay = "recording.play"
    /// To start, stop, pause and resume the recording of one's own call.
    case recordingControl = "recording.control"
    /// To mark, back up, move and delete.
    case recordingManage = "recording.manage"
    case faxSend = "fax.send"
    case faxView = "fax.view"
    /// To delete.
    case faxManage = "fax.manage"
    case reportView = "report.view"
    case reportExport = "report.export"

    var access: Access { .permission(rawValue) }
}

extension Role {
    /// What a new tenant's role of this name may do.
    var permissions: [Permission] {
        switch self {
        case .operator, .admin: Permission.allCases
        case .configurator:
            [.userView, .roleView, .numberView, .queueManage, .flowManage, .campaignManage]
        case .supervisor:
            [
                .customerView, .customerCreate, .customerEdit, .customerDelete, .userView, .roleView, .numberView,
                .queueManage, .campaignManage, .callSupervise, .callIntervene, .recordingPlay, .recordingControl,
                .recordingManage, .reportView, .reportExport, .faxSend, .faxView, .faxManage,
            ]
        case .quality: [.customerView, .userView, .callSupervise, .recordingPlay, .reportView]
        case .agent: [.customerView, .customerCreate, .customerEdit, .recordingControl, .faxSend, .faxView]
        }
    }

    /// As the field calls it.
    var title: String {
        switch self {
        case .operator: "运营管理员"
        case .admin: "企业管理员"
        case .configurator: "配置管理员"
        case .supervisor: "班长"
        case .quality: "质检员"
        case .agent: "坐席"
        }
    }

    /// The roles of a tenant; operators belong to the platform.
    static let ofTenant = allCases.filter { $0 != .operator }
}
