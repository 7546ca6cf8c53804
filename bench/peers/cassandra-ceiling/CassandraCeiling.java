import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.DefaultBatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What the Java driver reaches with the rows of samples_by_device: unlogged batches of one partition, a number of
 * them in flight, protocol v5 with LZ4. Prints rows a second of each round; the first one warms up.
 *
 * Arguments: port, keyspace, rows a round, rows a batch, batches in flight. Each line on standard input is a round.
 */
public final class CassandraCeiling {
  private static final int DEVICES = 500;
  private static final String RECORD =
      "{\"schema\":1,\"kind\":\"sample\",\"runId\":\"%s\",\"seq\":%d,\"observedAt\":%d,\"clock\":\"ntp\","
          + "\"modelId\":\"simulated-detector+simulated-classifier\",\"trackId\":\"0a1b2c3d\",\"sampleIndex\":3,"
          + "\"durationMs\":1000,\"frame\":{\"width\":640,\"height\":480},"
          + "\"face\":{\"x\":310,\"y\":120,\"width\":63.75,\"height\":85},\"detectionScore\":0.9,"
          + "\"emotion\":\"happy\",\"scores\":{\"happy\":0.6213,\"sad\":0.0712,\"neutral\":0.2301,\"other\":0.0774}}";

  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    String keyspace = arguments[1];
    int rows = Integer.parseInt(arguments[2]);
    int batchRows = Integer.parseInt(arguments[3]);
    int inFlight = Integer.parseInt(arguments[4]);
    DriverConfigLoader config =
        DriverConfigLoader.programmaticBuilder()
            .withString(DefaultDriverOption.PROTOCOL_COMPRESSION, "lz4")
            .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "LOCAL_QUORUM")
            .withInt(DefaultDriverOption.CONNECTION_MAX_REQUESTS, 2048)
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(10))
            .build();
    try (CqlSession session =
        CqlSession.builder()
            .addContactPoint(new InetSocketAddress("127.0.0.1", port))
            .withLocalDatacenter("datacenter1")
            .withKeyspace(keyspace)
            .withConfigLoader(config)
            .build()) {
      PreparedStatement insert =
          session.prepare(
              "INSERT INTO samples_by_device (device_id, hour, observed_at, run_id, seq, received_at, record)"
                  + " VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?");
      for (int round = 0; System.in.read() == '\n'; round++) {
        System.out.println(write(session, insert, rows, batchRows, inFlight));
        System.out.flush();
      }
    }
  }

  private static double write(
      CqlSession session, PreparedStatement insert, int rows, int batchRows, int inFlight)
      throws Exception {
    Semaphore places = new Semaphore(inFlight);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    String runId = UUID.randomUUID().toString();
    long now = System.currentTimeMillis();
    Instant hour = Instant.ofEpochMilli(now - now % 3_600_000);
    long startedAt = System.nanoTime();
    int written = 0;
    for (int batch = 0; written < rows; batch++) {
      String device = String.format("camera-%03d", batch % DEVICES);
      BatchStatementBuilder builder = new BatchStatementBuilder(DefaultBatchType.UNLOGGED);
      for (int row = 0; row < batchRows; row++) {
        long seq = (long) (batch / DEVICES) * batchRows + row;
        long at = hour.toEpochMilli() + seq;
        builder.addStatement(
            insert.bind(
                device, hour, Instant.ofEpochMilli(at), runId, seq, Instant.ofEpochMilli(at + 300),
                String.format(RECORD, runId, seq, at), at * 1000 - 300, 691_200));
      }
      written += batchRows;
      places.acquire();
      session
          .executeAsync(builder.build())
          .whenComplete(
              (done, error) -> {
                if (error != null) failure.set(error);
                places.release();
              });
    }
    places.acquire(inFlight);
    if (failure.get() != null) throw new IllegalStateException(failure.get());
    return written / ((System.nanoTime() - startedAt) / 1e9);
  }
}
