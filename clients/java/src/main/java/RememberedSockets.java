import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** The driver's own socket factory, which remembers what it has made, so that all of it can be closed. */
public final class RememberedSockets extends StandardSocketFactory {
  private static final List<Socket> SOCKETS = new ArrayList<>();

  @Override
  protected Socket createSocket(PropertySet properties) {
    Socket socket = super.createSocket(properties);
    synchronized (SOCKETS) {
      SOCKETS.add(socket);
    }
    return socket;
  }

  static void closeAll() {
    synchronized (SOCKETS) {
      for (Socket socket : SOCKETS) {
        try {
          socket.close();
        } catch (IOException error) {
          // It is gone either way.
        }
      }
      SOCKETS.clear();
    }
  }
}
