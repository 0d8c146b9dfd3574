/// cti → each media-server: which of these telephones are registered there, or are browsers whose line is up.
public struct FindPhones: BusRequest, Equatable {
    public typealias Reply = [PhoneID]
    public static let name = "media-server.find_phones"
    /// Of the request's tenant; the first 1000 are looked for.
    public let phones: [PhoneID]
    public init(phones: [PhoneID]) { self.phones = phones }
}
