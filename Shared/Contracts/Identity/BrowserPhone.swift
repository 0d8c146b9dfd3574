extension PhoneID {
    /// What the name of every browser's telephone begins with; no SIP telephone's does.
    public static let browserPrefix = "browser:"

    /// The telephone in an agent's browser: each has one, and nobody else signs in at it.
    public static func browser(of agent: AgentID) -> PhoneID { PhoneID(rawValue: browserPrefix + agent.rawValue) }

    public var isBrowser: Bool { rawValue.hasPrefix(Self.browserPrefix) }
}
