package import DaybookHTTP

/// The format of the messages of a call, as its content type names it.
package enum GRPCFormat: Hashable, Sendable {
    case protobuf
    /// One that no service here takes.
    case other
}

extension HTTPFields {
    /// In which format the messages of a call with these are; nil: it is no call by gRPC.
    package var grpcFormat: GRPCFormat? {
        guard let type = self["content-type"] else { return nil }
        // Nearly all calls have this one as it stands.
        if type == "application/grpc" { return .protobuf }
        // Most others are told by one letter.
        if !Self.mayBeGRPC(type) { return nil }
        // Parameters say nothing that matters.
        switch type.prefix(while: { $0 != ";" && $0 != " " }).lowercased() {
        case "application/grpc", "application/grpc+proto": return .protobuf
        case let other where other.hasPrefix("application/grpc+"): return .other
        default: return nil
        }
    }

    /// Whether the letter behind `application/` is its own, in either case.
    private static func mayBeGRPC(_ type: String) -> Bool {
        type.utf8.dropFirst(12).first.map { $0 | 0x20 == UInt8(ascii: "g") } ?? false
    }
}
