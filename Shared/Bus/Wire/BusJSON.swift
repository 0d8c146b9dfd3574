public import Foundation

/// The one encoder and decoder of the bus; making them anew for each message costs more than the message.
public enum BusJSON {
    public static let encoder = JSONEncoder()
    public static let decoder = JSONDecoder()
}
