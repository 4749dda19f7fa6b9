import DaybookGRPC
import DaybookHTTP
import DaybookServerTesting

extension HandCall {
    /// A call of the method that echoes, or of another one.
    init(
        to path: String = "/test.Test/Echo", _ router: GRPCRouter, method: String = "POST",
        fields: HTTPFields = Self.fields, by connection: ConnectionBytes = ConnectionBytes()
    ) {
        self.init(to: path, router, on: HandLoop(), method: method, fields: fields, by: connection)
    }
}
