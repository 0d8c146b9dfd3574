public import Contracts

/// Who asks: taken from a token that crm signed.
public struct Identity: Sendable, Equatable, Codable {
    /// `*` for an operator.
    public let tenant: TenantID
    public let user: UserID
    /// Empty for the machine's own callers.
    public let name: String
    public let roles: Set<String>
    /// Down to the button, such as `customer.delete`; what the roles add up to.
    public let permissions: Set<String>

    public init(
        tenant: TenantID, user: UserID, name: String = "", roles: Set<String>, permissions: Set<String> = []
    ) {
        self.tenant = tenant
        self.user = user
        self.name = name
        self.roles = roles
        self.permissions = permissions
    }

    /// Whoever calls an open route.
    public static let nobody = Identity(tenant: TenantID(rawValue: ""), user: UserID(rawValue: ""), roles: [])

    public var isOperator: Bool { tenant == .all && roles.contains(Role.operator.rawValue) }
}

/// The roles that every tenant has from the start. A tenant may add its own, which are texts only.
public enum Role: String, Sendable, CaseIterable, Codable {
    /// Runs the platform; belongs to no tenant (运营级).
    case `operator`
    /// The tenant's administrator of its business (企业级).
    case admin
    /// Changes flows, fields and numbers, and sees no customers (数据配置级).
    case configurator
    /// Team leader (班长).
    case supervisor
    /// Auditor (质检员).
    case quality
    /// Handles contacts (坐席级).
    case agent
}

/// Who may call a route. An operator may call all of them.
public enum Access: Sendable, Equatable {
    /// Anybody, without a token.
    case open
    /// Anybody with a token.
    case signedIn
    /// Holders of at least one of these roles.
    case roles(Set<String>)
    /// Holders of this permission.
    case permission(String)

    /// Everyone who works with contacts, and their leaders.
    public static let agent = Access.roles(["agent", "supervisor", "admin"])
    public static let supervisor = Access.roles(["supervisor", "admin"])
    public static let admin = Access.roles(["admin"])
    /// Configuration and enterprise administrators.
    public static let configurator = Access.roles(["configurator", "admin"])
    public static let `operator` = Access.roles([])

    // What a tenant gives to roles of its own as well; crm knows all permissions there are (`Services/CRM/Roles`).
    public static let queueManage = Access.permission("queue.manage")
    public static let flowManage = Access.permission("flow.manage")
    public static let campaignManage = Access.permission("campaign.manage")
    public static let callSupervise = Access.permission("call.supervise")
    public static let callIntervene = Access.permission("call.intervene")
    public static let recordingPlay = Access.permission("recording.play")
    public static let recordingControl = Access.permission("recording.control")
    public static let recordingManage = Access.permission("recording.manage")
    public static let faxSend = Access.permission("fax.send")
    public static let faxView = Access.permission("fax.view")
    public static let faxManage = Access.permission("fax.manage")
    public static let reportView = Access.permission("report.view")
    public static let reportExport = Access.permission("report.export")

    public func admits(_ identity: Identity) -> Bool {
        switch self {
        case .open: true
        case .signedIn: !identity.user.rawValue.isEmpty
        case .roles(let roles): identity.isOperator || !roles.isDisjoint(with: identity.roles)
        case .permission(let permission): identity.isOperator || identity.permissions.contains(permission)
        }
    }

    /// For the OpenAPI document.
    var sentence: String {
        switch self {
        case .open: "Open to all."
        case .signedIn: "For everyone signed in."
        case .roles(let roles) where roles.isEmpty: "For operators."
        case .roles(let roles): "For the roles \(roles.sorted().joined(separator: ", ")), and operators."
        case .permission(let permission): "Needs the permission `\(permission)`."
        }
    }
}
