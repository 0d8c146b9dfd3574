import Foundation
public import Hummingbird
import NIOCore

/// What goes with a request through Hummingbird's router.
public struct APIContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// From `X-Request-Id`, or made here; in each log line of the request and in the answer.
    public internal(set) var requestID = ""
    /// The address of whoever is connected: the front door's, if there is one. Nil in tests without a connection.
    public let peer: String?

    public init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress?.ipAddress
    }
}
