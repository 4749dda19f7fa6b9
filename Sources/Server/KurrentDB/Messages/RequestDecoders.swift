package import DaybookGRPC
internal import DaybookProtobuf

/// The decoders of all requests, each by the path of its method: what a stranger's bytes go through first. For tests
/// that give them any bytes.
package enum RequestDecoders {
    package static let all =
        withContent + withoutContent.map { decoder($0, EmptyMessage.self) }
        + ofProjections.map { decoder($0, Projections.NamedRequest.self) }

    private static let withContent = [
        decoder(Streams.read, Streams.ReadRequest.self),
        decoder(Streams.append, Streams.AppendRequest.self),
        decoder(Streams.batchAppend, Streams.BatchAppendRequest.self),
        decoder(Streams.delete, Streams.DeleteRequest.self),
        decoder(Streams.tombstone, Streams.DeleteRequest.self),
        decoder(StreamsV2.appendSession, StreamsV2.AppendRequest.self),
        decoder(StreamsV2.appendRecords, StreamsV2.AppendRecordsRequest.self),
        decoder(Operations.stopScavenge, Operations.StopScavengeRequest.self),
        decoder(Monitoring.stats, Monitoring.StatsRequest.self),
        decoder(Projections.statistics, Projections.StatisticsRequest.self),
    ]

    private static let withoutContent = [
        Gossip.read, ServerFeatures.getSupportedMethods, Operations.startScavenge,
        Operations.shutdown, Operations.mergeIndexes, Operations.resignNode,
        Operations.setNodePriority, Projections.restartSubsystem,
    ]

    private static let ofProjections = [
        Projections.update, Projections.delete, Projections.disable, Projections.enable,
        Projections.reset, Projections.state, Projections.result,
    ]

    private static func decoder<Request: ProtobufDecodable>(
        _ path: String, _ type: Request.Type
    ) -> RequestDecoder {
        RequestDecoder(path, type)
    }
}
