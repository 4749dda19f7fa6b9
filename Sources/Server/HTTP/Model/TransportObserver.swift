/// Counts connections and bytes. Called on any loop; answers at once.
package protocol TransportObserver: AnyObject, Sendable {
    /// A connection was accepted.
    func connected()
    /// A connection was closed at once, as there is no room for it.
    /// - Parameter words: what there is too little of.
    func turnedAway(because words: String)
    /// A connection that was accepted is closed.
    func disconnected()
    /// A connection is ended by this end.
    /// - Parameters:
    ///   - peer: address and port.
    ///   - complaint: why.
    func ended(_ peer: String, _ complaint: Complaint)
    /// A peer has ended its connection, and said why.
    /// - Parameter words: of which there are few.
    func left(_ peer: String, because words: String)
    /// Bytes came in from a socket.
    func received(_ count: Int)
    /// Bytes were made ready to go out by a socket.
    func sent(_ count: Int)
}
