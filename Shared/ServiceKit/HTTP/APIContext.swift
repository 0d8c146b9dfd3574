import Foundation
public import Hummingbird

/// What goes with a request through Hummingbird's router.
public struct APIContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// From `X-Request-Id`, or made here; in each log line of the request and in the answer.
    public internal(set) var requestID = ""

    public init(source: Source) { coreContext = CoreRequestContextStorage(source: source) }
}
