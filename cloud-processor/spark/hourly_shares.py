"""Spark job: `face-emotions` in, hourly shares of face-time by emotion and device out. See README.md."""

import argparse

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from contract import EMOTIONS, LOGGED, TOPIC

TABLE = "spark_hourly_shares"


def main() -> None:
    options = parse_options()
    spark = make_session(options)
    spark.sparkContext.setLogLevel("WARN")
    make_table(spark, options.keyspace)
    query = (
        hourly_sums(read_log(spark, options))
        .writeStream.outputMode("update")
        .option("checkpointLocation", options.checkpoint)
        .foreachBatch(lambda sums, _batch: write_shares(sums, options.keyspace))
    )
    # Available now: reads what is there and ends. Otherwise it goes on until it is stopped.
    query = query.trigger(availableNow=True) if options.once else query.trigger(processingTime="5 seconds")
    query.start().awaitTermination()


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--brokers", required=True, help="host:port of Kafka, several with commas")
    parser.add_argument("--cassandra", required=True, help="host:port of Cassandra")
    parser.add_argument("--keyspace", default="emotion_fleet")
    parser.add_argument("--checkpoint", required=True, help="folder that keeps what has been read")
    parser.add_argument("--once", action="store_true", help="read what is there, then end")
    return parser.parse_args()


def make_session(options: argparse.Namespace) -> SparkSession:
    host, _, port = options.cassandra.partition(":")
    return (
        SparkSession.builder.appName("emotion-fleet-hourly-shares")
        .config("spark.cassandra.connection.host", host)
        .config("spark.cassandra.connection.port", port or "9042")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )


def make_table(spark: SparkSession, keyspace: str) -> None:
    """The keyspace is the migration's of the store; this table is the job's own."""
    jvm = spark.sparkContext._jvm
    connector = jvm.com.datastax.spark.connector.cql.CassandraConnector.apply(
        spark.sparkContext._jsc.sc().conf()
    )
    session = connector.openSession()
    try:
        session.execute(
            f"""CREATE TABLE IF NOT EXISTS {keyspace}.{TABLE} (
                  device_id text, hour timestamp, emotion text,
                  samples bigint, face_time_ms double, share double,
                  PRIMARY KEY ((device_id), hour, emotion)
                ) WITH compaction = {{'class': 'UnifiedCompactionStrategy'}}"""
        )
    finally:
        session.close()


def read_log(spark: SparkSession, options: argparse.Namespace) -> DataFrame:
    return (
        spark.readStream.format("kafka")
        .option("kafka.bootstrap.servers", options.brokers)
        .option("subscribe", TOPIC)
        .option("startingOffsets", "earliest")
        # A hole in the log stops the job, as it raises an alarm in the processor.
        .option("failOnDataLoss", "true")
        .load()
    )


def samples_of(messages: DataFrame) -> DataFrame:
    """One row for each sample, however often it was delivered; markers and unreadable messages fall out."""
    logged = messages.select(
        F.col("key").cast("string").alias("key"),
        F.from_json(F.col("value").cast("string"), LOGGED).alias("logged"),
    )
    record = F.col("logged.record")
    return (
        logged.where((F.col("key") == F.col("logged.deviceId")) & (record["kind"] == "sample"))
        .where(record["emotion"].isin(*EMOTIONS))
        .select(
            F.col("logged.deviceId").alias("device_id"),
            record["runId"].alias("run_id"),
            record["seq"].alias("seq"),
            F.timestamp_millis(record["observedAt"]).alias("observed_at"),
            record["emotion"].alias("emotion"),
            record["durationMs"].alias("duration_ms"),
        )
        # An outbox sends again for seven days: that long an identity is remembered, and no longer.
        .withWatermark("observed_at", "8 days")
        .dropDuplicates(["device_id", "run_id", "seq", "observed_at"])
    )


def hourly_sums(messages: DataFrame) -> DataFrame:
    """Samples and face-time of each device and hour: one column for each emotion, so that a row is whole."""
    sums = [F.count("*").alias("samples")]
    for emotion in EMOTIONS:
        is_it = F.col("emotion") == emotion
        sums.append(F.sum(F.when(is_it, 1).otherwise(0)).alias(f"samples_{emotion}"))
        sums.append(F.sum(F.when(is_it, F.col("duration_ms")).otherwise(0.0)).alias(f"ms_{emotion}"))
    hour = F.window("observed_at", "1 hour")
    return (
        samples_of(messages)
        .groupBy("device_id", hour)
        .agg(*sums)
        .withColumn("hour", F.col("window.start"))
        .drop("window")
    )


def write_shares(sums: DataFrame, keyspace: str) -> None:
    """Absolute values under a whole key: a batch that is written again after a failure changes nothing."""
    columns = ", ".join(
        f"'{emotion}', samples_{emotion}, ms_{emotion}" for emotion in EMOTIONS
    )
    total = " + ".join(f"ms_{emotion}" for emotion in EMOTIONS)
    rows = sums.selectExpr(
        "device_id",
        "hour",
        f"{total} AS total_ms",
        f"stack({len(EMOTIONS)}, {columns}) AS (emotion, samples, face_time_ms)",
    ).selectExpr(
        "device_id",
        "hour",
        "emotion",
        "samples",
        "face_time_ms",
        "CASE WHEN total_ms > 0 THEN face_time_ms / total_ms ELSE 0.0 END AS share",
    )
    (
        rows.write.format("org.apache.spark.sql.cassandra")
        .mode("append")
        .options(keyspace=keyspace, table=TABLE)
        .save()
    )


if __name__ == "__main__":
    main()
