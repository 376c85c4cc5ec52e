import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The line protocol of docs/client-protocol.md, version 1, for the programs beside it. */
final class LineProtocol {
  /** One that is open. Requests are made by several threads at once. */
  interface Client {
    String request(JsonObject operation) throws Exception;

    Map<String, Object> stats();

    void close();
  }

  interface Opener {
    Client open(JsonObject target, JsonObject settings) throws Exception;
  }

  static final class Unsupported extends Exception {
    Unsupported(String what) {
      super("unsupported: " + what);
    }
  }

  private static final int CLOSING_SECONDS = 5;
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private final Opener opener;
  private Client client;
  private ExecutorService requests;

  private LineProtocol(Opener opener) {
    this.opener = opener;
  }

  /** Serves calls until the input ends. */
  static void run(Map<String, Object> hello, Opener opener) throws IOException {
    // What the libraries log goes out as events.
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) root.removeHandler(handler);
    root.addHandler(new Events());
    openOwnDescriptors();
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("pipewrench", 1);
    line.putAll(hello);
    write(line);
    LineProtocol protocol = new LineProtocol(opener);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String text = lines.readLine(); text != null; text = lines.readLine()) {
      protocol.serve(JsonParser.parseString(text).getAsJsonObject());
    }
    // Threads of libraries that still run do not keep the process.
    Runtime.getRuntime().halt(0);
  }

  /**
   * Makes the machine open what it keeps for its own use, so that what a client leaves behind can be
   * counted.
   */
  private static void openOwnDescriptors() throws IOException {
    new SecureRandom().nextInt();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
      listener.accept().close();
    }
  }

  private static void write(Map<String, Object> line) {
    String text = GSON.toJson(line);
    synchronized (OUT) {
      OUT.println(text);
    }
  }

  private interface Call {
    Map<String, Object> reply() throws Exception;
  }

  private static void reply(JsonElement id, Call call) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("id", id);
    try {
      line.putAll(call.reply());
    } catch (Exception error) {
      line.put("error", wordOf(error));
      line.put("message", String.valueOf(error.getMessage()));
    }
    write(line);
  }

  private void serve(JsonObject call) {
    String kind = call.get("call").getAsString();
    JsonElement id = call.get("id");
    Client current = client;
    if (kind.equals("request") && current != null) {
      JsonObject operation = call.getAsJsonObject("operation");
      requests.execute(() -> reply(id, () -> Map.of("answer", current.request(operation))));
    } else if (!kind.equals("cancel")) {
      reply(id, () -> other(kind, call));
    }
  }

  private Map<String, Object> other(String kind, JsonObject call) throws Exception {
    if (kind.equals("open")) {
      if (client != null) throw new IllegalStateException("the client before is still open");
      JsonObject settings = call.has("settings") ? call.getAsJsonObject("settings") : new JsonObject();
      client = opener.open(call.getAsJsonObject("target"), settings);
      requests = Executors.newCachedThreadPool();
      return Map.of();
    }
    if (!Set.of("request", "stats", "close").contains(kind)) throw new Unsupported(kind);
    if (client == null) throw new IllegalStateException(kind + ": there is no open client");
    if (kind.equals("stats")) return Map.of("stats", client.stats());
    // Not interrupted: they are ended with their connections, and reply.
    requests.shutdown();
    client.close();
    requests.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
    client = null;
    return Map.of();
  }

  /** Java has no errno: what the caller has is the class of the cause, and its message. */
  private static String wordOf(Throwable error) {
    if (error instanceof Unsupported) return "UNSUPPORTED";
    Throwable innermost = error;
    for (Throwable one = error; one != null; one = one.getCause()) {
      if (one instanceof SocketTimeoutException || one instanceof java.sql.SQLTimeoutException) {
        return "TIMEOUT";
      }
      innermost = one;
    }
    String message = String.valueOf(innermost.getMessage());
    if (innermost instanceof ConnectException) return "ECONNREFUSED";
    if (innermost instanceof EOFException) return "EOF";
    if (innermost instanceof SocketException && message.contains("Connection reset")) {
      return "ECONNRESET";
    }
    if (innermost instanceof SocketException && message.contains("Broken pipe")) return "EPIPE";
    return innermost.getClass().getSimpleName();
  }

  private static final class Events extends Handler {
    @Override
    public void publish(LogRecord entry) {
      int level = entry.getLevel().intValue();
      String name = "DEBUG";
      if (level >= Level.INFO.intValue()) name = "INFO";
      if (level >= Level.WARNING.intValue()) name = "WARN";
      if (level >= Level.SEVERE.intValue()) name = "ERROR";
      write(Map.of("event", "log", "level", name, "text", String.valueOf(entry.getMessage())));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
