package import DaybookProtobuf

extension Projections {
    /// One of the answers to a `Statistics`: how one projection is. What an index has none of is left out.
    ///
    /// ```
    /// 1  message  details
    ///              1 int64 time of processing      2 int64 version             3 int64 epoch
    ///              4 string effective name         5 int32 writes under way    6 int32 reads under way
    ///              7 int32 partitions in memory    8 string status             9 string reason of it
    ///             10 string name                  11 string mode              12 string position
    ///             13 float progress in percent    14 string last checkpoint   15 int64 events since the start
    ///             16 string status of the checkpoint                          17 int64 events waiting
    ///             18 int32 writes waiting before, 19 int32 after the checkpoint
    /// ```
    package struct StatisticsResponse: ProtobufEncodable, Hashable, Sendable {
        package var name: String
        package var status: String
        package var mode: String
        package var position: String
        /// In percent.
        package var progress: Float
        package var lastCheckpoint: String

        package init(
            name: String, status: String, mode: String, position: String, progress: Float,
            lastCheckpoint: String
        ) {
            self.name = name
            self.status = status
            self.mode = mode
            self.position = position
            self.progress = progress
            self.lastCheckpoint = lastCheckpoint
        }

        package func encode(into writer: inout ProtobufWriter) {
            writer.message(1, about: 200) { writer in
                writer.string(4, name)
                writer.string(8, status)
                writer.string(10, name)
                writer.string(11, mode)
                writer.string(12, position)
                writer.float(13, progress)
                writer.string(14, lastCheckpoint)
            }
        }
    }
}
