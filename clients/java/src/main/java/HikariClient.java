import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** The pool of HikariCP over MySQL Connector/J. */
final class HikariClient implements LineProtocol.Client {
  /** Server errors that are about the connection: shut down, killed, idle too long. */
  private static final Set<Integer> ABOUT_CONNECTIONS = Set.of(1053, 1927, 4031);

  private final HikariConfig config;
  /** Held while the pool makes its first connection. */
  private final ReentrantLock opening = new ReentrantLock();
  private volatile HikariDataSource source;

  /** Settings are properties of HikariCP, those of the driver after {@code dataSource.} */
  private HikariClient(JsonObject target, JsonObject settings) {
    Properties properties = new Properties();
    for (Map.Entry<String, JsonElement> setting : settings.entrySet()) {
      properties.setProperty(setting.getKey(), setting.getValue().getAsString());
    }
    properties.putIfAbsent("username", "root");
    properties.setProperty("dataSource.socketFactory", RememberedSockets.class.getName());
    config = new HikariConfig(properties);
    String host = target.get("host").getAsString();
    if (config.getJdbcUrl() == null) {
      config.setJdbcUrl("jdbc:mysql://" + host + ":" + target.get("port").getAsInt() + "/");
    }
  }

  public static void main(String[] args) throws Exception {
    LineProtocol.run(
        Map.of(
            "name", "java-hikaricp",
            "description", "the pool of HikariCP 7.1.0 over MySQL Connector/J 26.10.0",
            "protocols", List.of("mysql"),
            "operations", List.of("statement"),
            "isPool", true,
            "publishes", List.of("log")),
        HikariClient::new);
  }

  /** Connects at once, and throws when it cannot. */
  private HikariDataSource source() {
    opening.lock();
    try {
      if (source == null) source = new HikariDataSource(config);
      return source;
    } finally {
      opening.unlock();
    }
  }

  @Override
  public String request(JsonObject operation) throws Exception {
    String kind = operation.get("kind").getAsString();
    if (!kind.equals("statement")) throw new LineProtocol.Unsupported(kind);
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      if (operation.has("withinMs")) {
        // It knows whole seconds.
        statement.setQueryTimeout((int) Math.ceil(operation.get("withinMs").getAsDouble() / 1000));
      }
      boolean hasRows = statement.execute(operation.get("sql").getAsString());
      return hasRows ? inWords(statement.getResultSet()) : "OK " + statement.getUpdateCount();
    } catch (SQLException error) {
      int code = error.getErrorCode();
      String state = String.valueOf(error.getSQLState());
      // Class 08 is about connections, SQL standard.
      if (code == 0 || ABOUT_CONNECTIONS.contains(code) || state.startsWith("08")) throw error;
      return "ERROR " + code + ": " + error.getMessage();
    }
  }

  private static String inWords(ResultSet result) throws SQLException {
    int columns = result.getMetaData().getColumnCount();
    List<String> rows = new ArrayList<>();
    while (result.next()) {
      List<String> values = new ArrayList<>();
      for (int column = 1; column <= columns; column++) {
        String value = result.getString(column);
        values.add(value == null ? "NULL" : value);
      }
      rows.add(String.join(", ", values));
    }
    return rows.isEmpty() ? "no rows" : String.join("; ", rows);
  }

  @Override
  public Map<String, Object> stats() {
    HikariPoolMXBean pool = source == null ? null : source.getHikariPoolMXBean();
    if (pool == null) return Map.of();
    return Map.of(
        "totalConnections", pool.getTotalConnections(),
        "activeConnections", pool.getActiveConnections(),
        "idleConnections", pool.getIdleConnections(),
        "threadsAwaitingConnection", pool.getThreadsAwaitingConnection());
  }

  @Override
  public void close() {
    if (!opening.tryLock()) {
      // The pool cannot be closed yet, and the server may never answer it.
      RememberedSockets.closeAll();
      opening.lock();
    }
    try {
      if (source != null) source.close();
    } finally {
      opening.unlock();
      RememberedSockets.closeAll();
    }
  }
}
