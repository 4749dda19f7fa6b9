package import DaybookProtobuf

/// The service `event_store.client.server_features.ServerFeatures`: which methods a server has.
package enum ServerFeatures {
    package static let getSupportedMethods =
        "/event_store.client.server_features.ServerFeatures/GetSupportedMethods"

    /// ```
    /// 1  repeated message  methods
    /// 2  string            version of the server: three numbers
    /// ```
    package struct SupportedMethods: ProtobufEncodable, Hashable, Sendable {
        package var methods: [SupportedMethod]
        package var version: String

        package init(_ methods: [SupportedMethod], version: String) {
            self.methods = methods
            self.version = version
        }

        package func encode(into writer: inout ProtobufWriter) {
            for method in methods { writer.message(1, method) }
            writer.string(2, version)
        }
    }

    /// ```
    /// 1  string           method
    /// 2  string           service
    /// 3  repeated string  features
    /// ```
    /// All are in lower case.
    package struct SupportedMethod: ProtobufEncodable, Hashable, Sendable {
        package var service: String
        package var method: String
        package var features: [String]

        package init(_ service: String, _ method: String, _ features: [String] = []) {
            self.service = service
            self.method = method
            self.features = features
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.string(1, method)
            writer.string(2, service)
            for feature in features { writer.string(3, always: feature) }
        }
    }
}
