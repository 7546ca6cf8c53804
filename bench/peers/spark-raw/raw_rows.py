"""Raw rows only, with Spark structured streaming: what lies in `face-emotions` goes to `samples_by_device`.

For each line on standard input, the offsets to start from as JSON, it reads the topic to its end and prints rows a
second. All kinds go to one table, without TTL and timestamp: one write a batch, which is less than what the other
subjects do.

Arguments: brokers, host of Cassandra, port, keyspace, checkpoint.
"""

import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def main() -> None:
    brokers, host, port, keyspace, checkpoint = sys.argv[1:]
    spark = (
        SparkSession.builder.appName("emotion-fleet-raw-rows")
        .config("spark.cassandra.connection.host", host)
        .config("spark.cassandra.connection.port", port)
        .config("spark.cassandra.output.batch.grouping.key", "partition")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    for turn, starting_offsets in enumerate(sys.stdin):
        started_at = time.monotonic()
        query = (
            rows_of(spark, brokers, starting_offsets.strip())
            .writeStream.option("checkpointLocation", f"{checkpoint}/{turn}")
            .trigger(availableNow=True)
            .foreachBatch(lambda rows, _batch: write(rows, keyspace))
            .start()
        )
        query.awaitTermination()
        rows = sum(progress["numInputRows"] for progress in query.recentProgress)
        print(rows / (time.monotonic() - started_at), flush=True)


def rows_of(spark, brokers, starting_offsets):
    messages = (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", brokers)
        .option("subscribe", "face-emotions")
        .option("startingOffsets", starting_offsets)
        .load()
    )
    value = F.col("value").cast("string")
    record = F.get_json_object(value, "$.record")
    key = F.from_json(record, "runId string, seq long, observedAt long")
    observed_at = F.timestamp_millis(key["observedAt"])
    received_at = F.get_json_object(value, "$.receivedAt").cast("long")
    return messages.select(
        F.col("key").cast("string").alias("device_id"),
        F.date_trunc("hour", observed_at).alias("hour"),
        observed_at.alias("observed_at"),
        key["runId"].alias("run_id"),
        key["seq"].alias("seq"),
        F.timestamp_millis(received_at).alias("received_at"),
        record.alias("record"),
    )


def write(rows, keyspace) -> None:
    (
        rows.write.format("org.apache.spark.sql.cassandra")
        .mode("append")
        .options(keyspace=keyspace, table="samples_by_device")
        .save()
    )


if __name__ == "__main__":
    main()
