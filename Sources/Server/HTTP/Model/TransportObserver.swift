/// Counts connections and bytes. Called on any loop; answers at once.
package protocol TransportObserver: AnyObject, Sendable {
    /// A connection was accepted.
    func connected()
    /// A connection was closed at once, as there are too many.
    func turnedAway()
    /// A connection that was accepted is closed.
    func disconnected()
    /// A connection is ended, as its client asks too much.
    /// - Parameters:
    ///   - peer: address and port.
    ///   - words: what it asks too much of.
    func ended(_ peer: String, because words: String)
    /// Bytes came in from a socket.
    func received(_ count: Int)
    /// Bytes were made ready to go out by a socket.
    func sent(_ count: Int)
}
